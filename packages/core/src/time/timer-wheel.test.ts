import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { Engine } from "./engine.ts";
import { SimEvent } from "./event.ts";
import { type Instant, later, milliseconds } from "./instant.ts";
import { Timer } from "./timer.ts";

class Alarm extends Timer {
  firedMs: number[] = [];
  private readonly engine: Engine;
  private readonly onExpire: ((alarm: Alarm) => void) | undefined;
  constructor(engine: Engine, onExpire?: (alarm: Alarm) => void) {
    super();
    this.engine = engine;
    this.onExpire = onExpire;
  }
  armMs(delay: number): void {
    this.engine.timers.arm(this, later(this.engine.now, milliseconds(delay)));
  }
  expire(): void {
    this.firedMs.push(this.engine.now / 1e6);
    this.onExpire?.(this);
  }
}

class Call extends SimEvent {
  private readonly body: () => void;
  constructor(body: () => void) {
    super();
    this.body = body;
  }
  fire(): void {
    this.body();
  }
}

const at = (ms: number): Instant => milliseconds(ms) as number as Instant;

/** When a timer fires, in ms, that is armed `nowMs` after the start for `delayMs`. */
function fires(delayMs: number, nowMs = 0, phaseMs = 0): number {
  const engine = new Engine();
  engine.timers.phase = milliseconds(phaseMs);
  engine.run(at(nowMs));
  const alarm = new Alarm(engine);
  alarm.armMs(delayMs);
  engine.run(at(nowMs + 2 * delayMs + 5_000));
  return alarm.firedMs[0] as number;
}

describe("timer wheel", () => {
  test.each([
    { delay: 0, fired: 4 },
    { delay: 1, fired: 8 },
    { delay: 4, fired: 8 },
    { delay: 5, fired: 12 },
    { delay: 248, fired: 252 },
    { delay: 252, fired: 256 },
    { delay: 256, fired: 288 },
    { delay: 1_000, fired: 1_024 },
    { delay: 2_012, fired: 2_016 },
    { delay: 2_016, fired: 2_048 },
    { delay: 15_000, fired: 15_104 },
    { delay: 20_000, fired: 20_480 },
    { delay: 60_000, fired: 61_440 },
    { delay: 120_000, fired: 120_832 },
    { delay: 300_000, fired: 311_296 },
    { delay: 900_000, fired: 901_120 },
  ])("a timeout of $delay ms set at the start fires at $fired ms", ({ delay, fired }) => {
    expect(fires(delay)).toBe(fired);
  });

  test.prop([fc.integer({ min: 16_128, max: 129_023 }), fc.nat(100_000), fc.nat(3_000)])(
    "one of 16 s to 129 s fires at the next multiple of 2.048 s of the wheel's clock",
    (delay, now, phase) => {
      const whole = [delay, now, phase].map((ms) => ms - (ms % 4)) as [number, number, number];
      const clock = whole[1] + whole[2];
      const expected = (Math.floor((clock + whole[0]) / 2048) + 1) * 2048 - whole[2];
      expect(fires(...whole)).toBe(expected);
    },
  );

  test("an ARP request is repeated as a real kernel was recorded to do: after 1028 and 2052 ms", () => {
    const engine = new Engine();
    engine.run(at(28));
    const begin = engine.now / 1e6;
    const alarm = new Alarm(engine, (timer) => timer.armMs(1_000));
    alarm.armMs(1_000);
    engine.run(at(3_000));
    expect(alarm.firedMs.map((ms) => ms - begin)).toEqual([1_028, 2_052]);
  });

  const grains = [4, 32, 256, 2_048, 16_384, 131_072, 1_048_576, 8_388_608, 67_108_864];
  const grainMs = (timeoutMs: number): number => {
    const level = grains.findIndex((grain) => Math.ceil(timeoutMs / 4) * 4 < 63 * grain);
    return grains[level] as number;
  };

  test.prop([fc.double({ min: 0, max: 3e9, noNaN: true }), fc.nat(1e6), fc.nat(1e6)])(
    "no timer fires early, nor later than the grain of its level and a jiffy for rounding",
    (delay, now, phase) => {
      const nanos = Math.round(delay * 1e6) / 1e6;
      const late = fires(nanos, now / 7, phase / 7) - now / 7 - nanos;
      expect(late).toBeGreaterThan(-1e-6);
      expect(late).toBeLessThanOrEqual(grainMs(nanos) + 4 + 1e-3);
    },
  );

  test("of the timers of one bucket the newest fires first, and coarse buckets before fine ones", () => {
    const engine = new Engine();
    const order: string[] = [];
    const alarm = (name: string): Alarm => new Alarm(engine, () => order.push(name));
    alarm("coarse 1").armMs(2_044);
    alarm("coarse 2").armMs(2_044);
    engine.schedule(
      new Call(() => {
        alarm("fine 1").armMs(36);
        alarm("fine 2").armMs(36);
      }),
      at(2_008),
    );
    engine.run(at(3_000));
    expect(order).toEqual(["coarse 2", "coarse 1", "fine 2", "fine 1"]);
  });

  test("what a process arms after a send is newer than what the packet has others arm at that instant", () => {
    const engine = new Engine();
    const fired: string[] = [];
    const alarm = (name: string): Alarm => new Alarm(engine, () => fired.push(name));
    const [server, next] = [alarm("server"), alarm("next")];
    const hold = (name: string): number =>
      engine.timers.hold({ slotFired: () => fired.push(name) });
    const [client, idle, gone, left] = [hold("client"), hold("idle"), hold("gone"), hold("left")];
    for (const slot of [client, idle, gone, left]) engine.timers.armHeldByProcess(slot, 1_000);
    server.armMs(1_000);
    engine.timers.disarm(idle);
    engine.timers.release(gone);
    engine.timers.armHeld(hold("in its place"), 1_000);
    engine.timers.armHeld(
      engine.timers.handOver(left, { slotFired: () => fired.push("heir") }),
      1_000,
    );
    engine.schedule(new Call(() => next.armMs(1_000)), 1 as Instant);
    engine.run(at(2_000));
    expect(fired).toEqual(["next", "client", "heir", "in its place", "server"]);
  });

  test("a process's timer is the newest of its bucket, also when it was there already", () => {
    const engine = new Engine();
    const fired: string[] = [];
    const [first, second] = ["first", "second"].map((name) =>
      engine.timers.hold({ slotFired: () => fired.push(name) }),
    ) as [number, number];
    engine.timers.armHeld(first, 60_000);
    engine.timers.armHeld(second, 60_000);
    engine.schedule(new Call(() => engine.timers.armHeldByProcess(first, 60_400)), 1 as Instant);
    engine.run(at(70_000));
    expect(fired).toEqual(["first", "second"]);
  });

  test("a timer that is re-armed into its bucket keeps its place", () => {
    const engine = new Engine();
    const order: string[] = [];
    const [first, second] = ["first", "second"].map(
      (name) => new Alarm(engine, () => order.push(name)),
    ) as [Alarm, Alarm];
    first.armMs(60_000);
    second.armMs(60_000);
    first.armMs(60_400);
    engine.run(at(70_000));
    expect(order).toEqual(["second", "first"]);
    expect(engine.eventCount).toBe(1);
  });

  test("a timer may cancel and re-arm others of its bucket, and itself", () => {
    const engine = new Engine();
    const cancelled = new Alarm(engine);
    const moved = new Alarm(engine);
    cancelled.armMs(100);
    moved.armMs(100);
    const last = new Alarm(engine, (timer) => {
      engine.timers.cancel(cancelled);
      moved.armMs(100);
      if (timer.firedMs.length < 3) timer.armMs(0);
    });
    last.armMs(100);
    engine.run(at(1_000));
    expect(cancelled.firedMs).toEqual([]);
    expect(last.firedMs).toEqual([104, 108, 112]);
    expect(moved.firedMs).toEqual([216]);
    expect(engine.quiescent).toBe(true);
  });

  test("while timers expire a timeout counts as one jiffy shorter when its level is chosen", () => {
    const engine = new Engine();
    const alarm = new Alarm(engine, (timer) => {
      if (timer.firedMs.length === 1) timer.armMs(252);
    });
    alarm.armMs(100);
    engine.run(at(1_000));
    expect(alarm.firedMs).toEqual([104, 104 + 256]);
    expect(fires(252, 104)).toBe(384);
  });

  const command = fc.record({
    waitMs: fc.nat(3_000),
    timer: fc.nat(9),
    timeoutMs: fc.oneof(fc.nat(300), fc.nat(20_000), fc.nat(400_000), fc.constant(-1)),
  });
  test.prop([fc.array(command, { maxLength: 80 })])(
    "fires the timers that a plain list fires, each once for each time it was left armed",
    (commands) => {
      const engine = new Engine();
      const alarms = Array.from({ length: 10 }, () => new Alarm(engine));
      const due = new Map<Alarm, number>();
      for (const { waitMs, timer, timeoutMs } of commands) {
        engine.run(later(engine.now, milliseconds(waitMs)));
        const now = engine.now / 1e6;
        for (const alarm of alarms) {
          const wanted = due.get(alarm);
          if (wanted === undefined) continue;
          if (!alarm.armed) due.delete(alarm);
          if (alarm.armed) expect(now - wanted).toBeLessThan(grainMs(400_000) + 4);
          else expect(alarm.firedMs.at(-1)).toBeGreaterThanOrEqual(wanted);
        }
        const alarm = alarms[timer] as Alarm;
        if (timeoutMs < 0) {
          engine.timers.cancel(alarm);
          due.delete(alarm);
        } else {
          alarm.armMs(timeoutMs);
          due.set(alarm, now + timeoutMs);
        }
        expect(engine.timers.armedCount).toBe(due.size);
        expect(engine.timers.tickCount).toBeLessThanOrEqual(64);
      }
    },
  );
});
