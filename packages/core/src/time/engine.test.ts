import { describe, expect, test } from "vitest";
import type { Limits } from "../base/limits.ts";
import { Engine } from "./engine.ts";
import { SimEvent } from "./event.ts";
import { type Instant, later, nanoseconds, seconds } from "./instant.ts";
import { Timer, UNARMED } from "./timer.ts";

class Note extends SimEvent {
  private readonly engine: Engine;
  private readonly text: string;
  private readonly log: string[];
  constructor(engine: Engine, text: string, log: string[]) {
    super();
    this.engine = engine;
    this.text = text;
    this.log = log;
  }
  fire(): void {
    this.log.push(`${this.text}@${this.engine.now}`);
  }
}

/** Schedules itself `copies` times, `delay` later, for ever. */
class Loop extends SimEvent {
  private readonly engine: Engine;
  private readonly delay: number;
  private readonly copies: number;
  constructor(engine: Engine, delay: number, copies = 1) {
    super();
    this.engine = engine;
    this.delay = delay;
    this.copies = copies;
  }
  fire(): void {
    for (let i = 0; i < this.copies; i++)
      this.engine.schedule(
        new Loop(this.engine, this.delay, this.copies),
        later(this.engine.now, nanoseconds(this.delay)),
      );
  }
}

/** Runs the engine on, to `until`. */
class Rush extends SimEvent {
  private readonly engine: Engine;
  private readonly until: Instant;
  private readonly log: string[];
  constructor(engine: Engine, until: Instant, log: string[]) {
    super();
    this.engine = engine;
    this.until = until;
    this.log = log;
  }
  fire(): void {
    this.engine.run(this.until);
    this.log.push(`until ${this.until}`);
  }
}

class Alarm extends Timer {
  expire(): void {}
}

describe("engine", () => {
  test("fires by instant, then in the order of scheduling, up to and including the end of a run", () => {
    const engine = new Engine();
    const log: string[] = [];
    for (const [text, at] of [
      ["b", 20],
      ["a", 10],
      ["c", 20],
      ["d", 21],
    ] as const)
      engine.schedule(new Note(engine, text, log), at as Instant);

    expect(engine.run(20 as Instant)).toEqual({ kind: "reached" });
    expect(log).toEqual(["a@10", "b@20", "c@20"]);
    expect(engine.now).toBe(20);
    expect(engine.run(seconds(1) as number as Instant)).toEqual({ kind: "quiescent" });
    expect(engine.now).toBe(1e9);
  });

  test("a run that an event begins ends where it should, and the run around it too", () => {
    const engine = new Engine();
    const log: string[] = [];
    for (const at of [20, 30, 40, 50])
      engine.schedule(new Note(engine, "note", log), at as Instant);
    engine.schedule(new Rush(engine, 30 as Instant, log), 10 as Instant);
    engine.run(40 as Instant);
    expect(log).toEqual(["note@20", "note@30", "until 30", "note@40"]);
  });

  test("refuses an event in the past", () => {
    const engine = new Engine();
    engine.run(5 as Instant);
    expect(() => engine.schedule(new Note(engine, "late", []), 4 as Instant)).toThrow(
      "in the past",
    );
  });

  test.each<{ limit: keyof Limits; bound: number; delay: number; copies: number }>([
    { limit: "eventsMax", bound: 1000, delay: 1, copies: 1 },
    { limit: "eventsPerInstantMax", bound: 50, delay: 0, copies: 1 },
    { limit: "pendingEventsMax", bound: 64, delay: 10, copies: 2 },
    { limit: "simulatedTimeNsMax", bound: 500, delay: 7, copies: 1 },
  ])("ends a runaway run by $limit", ({ limit, bound, delay, copies }) => {
    const engine = new Engine({ limits: { [limit]: bound } });
    engine.schedule(new Loop(engine, delay, copies), engine.now);
    expect(engine.run(1e9 as Instant)).toEqual({ kind: "limit", limit, bound });
    expect(engine.run(1e9 as Instant)).toEqual({ kind: "limit", limit, bound });
    expect(engine.now).toBeLessThanOrEqual(1000);
  });

  test.each<{ limits: Partial<Limits>; ended: keyof Limits | undefined }>([
    { limits: { armedTimersMax: 2 }, ended: "armedTimersMax" },
    { limits: { numberedTimersMax: 4 }, ended: "numberedTimersMax" },
    // three objects and five numbers: each kind has a limit of its own
    { limits: { armedTimersMax: 3, numberedTimersMax: 5 }, ended: undefined },
  ])("with $limits a run that arms many timers is ended by $ended", ({ limits, ended }) => {
    const engine = new Engine({ limits });
    const soon = 1e9 as Instant;
    const owner = engine.timers.addOwner({ timerFired: () => undefined });
    for (let i = 0; i < 3; i++) engine.timers.arm(new Alarm(), soon);
    for (let i = 0; i < 5; i++) engine.timers.armSlot(UNARMED, owner, i, soon);
    const outcome = engine.run(2e9 as Instant);
    expect(outcome.kind === "limit" ? outcome.limit : undefined).toBe(ended);
    expect(engine.limitReached()).toBe(ended ?? null);
  });

  test("is quiescent when the last timer has been cancelled", () => {
    const engine = new Engine();
    const alarm = new Alarm();
    engine.timers.arm(alarm, 1e9 as Instant);
    expect(engine.quiescent).toBe(false);
    engine.timers.cancel(alarm);
    expect(engine.run(1e6 as Instant)).toEqual({ kind: "quiescent" });
  });
});
