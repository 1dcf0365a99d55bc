import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { CalendarQueue } from "./calendar-queue.ts";
import { SimEvent } from "./event.ts";
import type { EventQueue } from "./event-queue.ts";
import { HeapQueue } from "./heap-queue.ts";

class Mark extends SimEvent {
  fire(): void {}
}

/** A queue beside the plain sorted list that says what it must answer. */
class Pair {
  now = 0;
  private queues: readonly EventQueue[] = [new CalendarQueue(), new HeapQueue()];

  push(gap: number): void {
    const event = new Mark();
    for (const queue of this.queues) queue.push(event, null, this.now + gap);
  }

  /** Takes or looks at the first event of both; false when they differ. */
  agree(how: "pop" | "peek"): boolean {
    const [calendar, heap] = this.queues as [EventQueue, EventQueue];
    const due = calendar.firstDue();
    if (due !== heap.firstDue() || calendar.size !== heap.size) return false;
    if (how === "peek" || due === Number.POSITIVE_INFINITY)
      return (calendar.size === 0) === (due === Number.POSITIVE_INFINITY);
    const taken = calendar.take();
    const other = heap.take();
    if (taken.what !== other.what || taken.at !== due || other.at !== due) return false;
    this.now = due;
    return calendar.size === heap.size && calendar.taken === heap.taken;
  }

  renew(): void {
    this.queues = this.queues.map((queue) => queue.renewed());
  }

  drains(): boolean {
    while (this.queues[1]?.size !== 0) if (!this.agree("pop")) return false;
    return this.agree("pop");
  }
}

const gap = fc.oneof(
  fc.constant(0),
  fc.nat(3),
  fc.nat(2_000),
  fc.integer({ min: 1_000_000, max: 5_000_000 }),
  fc.integer({ min: 0, max: 2 ** 50 }),
);
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ push: fc.array(gap, { minLength: 1, maxLength: 60 }) }) },
  { weight: 3, arbitrary: fc.record({ pop: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.constant({ peek: true }) },
);

describe("event queues", () => {
  test.prop([fc.array(step, { maxLength: 60 })])("agree on every order", (steps) => {
    const pair = new Pair();
    for (const each of steps) {
      if ("push" in each) for (const one of each.push) pair.push(one);
      else if ("pop" in each)
        for (let i = 0; i < each.pop; i++) expect(pair.agree("pop")).toBe(true);
      else expect(pair.agree("peek")).toBe(true);
    }
    expect(pair.drains()).toBe(true);
  });

  test.each([
    { load: "all at one instant", gapOf: () => 0 },
    { load: "an even rate", gapOf: (draw: number) => draw % 1_000_000 },
    { load: "packets and far timers", gapOf: (draw: number) => (draw % 9 ? draw % 5_000 : 1e12) },
    { load: "bursts", gapOf: (draw: number, i: number) => (i % 5000 ? draw % 10 : 1e9) },
    { load: "ever longer gaps", gapOf: (draw: number, i: number) => draw % (1 + i * i) },
    { load: "ever shorter gaps", gapOf: (draw: number, i: number) => Math.floor(draw / (1 + i)) },
  ])("agree over a long run with $load", ({ gapOf }) => {
    const pair = new Pair();
    let state = 1;
    for (let i = 0; i < 60_000; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      const growing = Math.floor(i / 15_000) % 2 === 0;
      if (i % 256 === 0) pair.renew();
      if (state >>> 28 < (growing ? 11 : 5)) pair.push(gapOf(state, i));
      else if (!pair.agree(state & 0x8000 ? "pop" : "peek"))
        expect.fail(`they differ at step ${i}`);
    }
    expect(pair.drains()).toBe(true);
  });

  test("a calendar of a thousand events at one instant keeps the order of scheduling", () => {
    const queue = new CalendarQueue();
    const events: Mark[] = [];
    for (let i = 0; i < 1000; i++) {
      const event = new Mark();
      events.push(event);
      queue.push(event, null, 0);
    }
    for (let i = 0; i < 1000; i++) {
      expect(queue.firstDue()).toBe(0);
      expect(queue.take().what).toBe(events[i]);
    }
    expect(queue.firstDue()).toBe(Number.POSITIVE_INFINITY);
  });
});
