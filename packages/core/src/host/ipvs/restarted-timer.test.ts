import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { Engine } from "../../time/engine.ts";
import { type Duration, type Instant, later, milliseconds, seconds } from "../../time/instant.ts";
import { Timer } from "../../time/timer.ts";
import { exactly, firesAt } from "./restarted-timer.ts";

class Bell extends Timer {
  readonly engine: Engine;
  rungAt: Instant | null = null;
  constructor(engine: Engine) {
    super();
    this.engine = engine;
  }
  expire(): void {
    this.rungAt = this.engine.now;
  }
}

const phases = fc.nat({ max: 100_000_000 }).map((us) => (us * 1000) as Duration);
const instants = fc.nat({ max: 400_000 }).map((ms) => milliseconds(ms) as unknown as Instant);
const timeouts = fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 20_000 }));

test.prop([phases, instants, timeouts], { numRuns: 60 })(
  "the wheel fires a timer when `firesAt` says",
  (phase, at, timeout) => {
    const engine = new Engine();
    engine.timers.phase = phase;
    const bell = new Bell(engine);
    engine.run(at);
    engine.timers.arm(bell, later(at, seconds(timeout)));
    const expected = firesAt(engine, at, timeout);
    engine.run(expected);
    expect(bell.rungAt).toBe(expected);
  },
);

test.prop([phases, instants, timeouts, timeouts], { numRuns: 60 })(
  "a timer armed exactly from an earlier tick fires at that instant",
  (phase, at, first, second) => {
    const engine = new Engine();
    engine.timers.phase = phase;
    engine.run(at);
    const early = firesAt(engine, at, Math.min(first, second));
    const late = firesAt(engine, at, Math.max(first, second));
    fc.pre(early < late);
    engine.run(early);
    const bell = new Bell(engine);
    engine.timers.arm(bell, exactly(late));
    engine.run(late);
    expect(bell.rungAt).toBe(late);
  },
);
