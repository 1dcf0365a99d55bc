import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { Engine } from "./engine.ts";
import { later, milliseconds } from "./instant.ts";
import { Timer, type TimerOwner, UNARMED } from "./timer.ts";

/** How the wheel knows a timer: an object, a number of its owner, or a slot that somebody holds. */
type Kind = "object" | "number" | "slot";

/** Ten timers on one wheel, of which `kindOf` says how it knows each. */
class Bells implements TimerOwner {
  readonly engine = new Engine();
  readonly rung: string[] = [];
  private readonly owner = this.engine.timers.addOwner(this);
  private readonly slots = new Array<number>(10).fill(UNARMED);
  private readonly objects: Timer[];
  private readonly held: number[];
  private readonly kindOf: (bell: number) => Kind;

  constructor(kindOf: (bell: number) => Kind) {
    const bells = this;
    this.kindOf = kindOf;
    this.held = this.slots.map((_, bell) =>
      this.engine.timers.hold({ slotFired: () => this.ring(bell) }),
    );
    this.objects = this.slots.map(
      (_, bell) =>
        new (class extends Timer {
          expire(): void {
            bells.ring(bell);
          }
        })(),
    );
  }

  arm(bell: number, ms: number): void {
    const { timers, now } = this.engine;
    const due = later(now, milliseconds(ms));
    const kind = this.kindOf(bell);
    if (kind === "slot") timers.armHeld(this.held[bell] as number, ms);
    else if (kind === "object") timers.arm(this.objects[bell] as Timer, due);
    else this.slots[bell] = timers.armSlot(this.slots[bell] as number, this.owner, bell, due);
  }

  cancel(bell: number): void {
    const { timers } = this.engine;
    const kind = this.kindOf(bell);
    if (kind === "slot") return timers.disarm(this.held[bell] as number);
    if (kind === "object") return timers.cancel(this.objects[bell] as Timer);
    timers.cancelSlot(this.slots[bell] as number);
    this.slots[bell] = UNARMED;
  }

  timerFired(bell: number): void {
    this.slots[bell] = UNARMED;
    this.ring(bell);
  }

  /** A bell that rings moves its neighbour and silences the next one, now and then itself. */
  private ring(bell: number): void {
    this.rung.push(`${bell} at ${this.engine.now}`);
    this.arm((bell + 1) % 10, 40 * bell);
    this.cancel((bell + 3) % 10);
    if (this.rung.length % 4 === 0) this.arm(bell, 0);
  }
}

const command = fc.record({
  waitMs: fc.nat(300),
  bell: fc.nat(9),
  timeoutMs: fc.oneof(fc.nat(300), fc.nat(20_000), fc.constant(-1)),
});

test.prop([fc.array(command, { maxLength: 60 })], { numRuns: 60 })(
  "timers that are numbers or slots fire when objects would, and in the same order, also among objects",
  (commands) => {
    const play = (bells: Bells) => {
      for (const { waitMs, bell, timeoutMs } of commands) {
        bells.engine.run(later(bells.engine.now, milliseconds(waitMs)));
        if (timeoutMs < 0) bells.cancel(bell);
        else bells.arm(bell, timeoutMs);
      }
      bells.engine.run(later(bells.engine.now, milliseconds(5_000)));
      return { rung: bells.rung, armed: bells.engine.timers.armedCount };
    };
    const objects = play(new Bells(() => "object"));
    expect(play(new Bells(() => "number"))).toEqual(objects);
    expect(play(new Bells(() => "slot"))).toEqual(objects);
    const kinds: readonly Kind[] = ["object", "number", "slot"];
    expect(play(new Bells((bell) => kinds[bell % 3] as Kind))).toEqual(objects);
  },
);
