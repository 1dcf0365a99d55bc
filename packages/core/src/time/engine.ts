/** The one clock of a simulation: pending events in one total order, and kernel-like timers on top of them. */
import { assert } from "../base/assert.ts";
import type { SimEvent } from "./event.ts";
import type { EventQueue } from "./event-queue.ts";
import { HeapQueue } from "./heap-queue.ts";
import { type Instant, START } from "./instant.ts";
import { TimerWheel } from "./timer-wheel.ts";

/** How a run ended. */
export type RunOutcome =
  /** Simulated time has come to the instant asked for. */
  | { readonly kind: "reached" }
  /** No event is pending any more. */
  | { readonly kind: "quiescent" }
  /** A limit ended a runaway run: which one, and its bound. */
  | { readonly kind: "limit"; readonly limit: string; readonly bound: number };

export class Engine {
  now: Instant = START;
  /** Events fired so far. */
  eventCount = 0;
  readonly queue: EventQueue = new HeapQueue();
  readonly timers: TimerWheel = new TimerWheel(this);
  private sequence = 0;
  private frameId = 0;

  /** Puts `event` into the queue at `at`, which is not before `now`. */
  schedule(event: SimEvent, at: Instant): void {
    assert(at >= this.now, "an event in the past");
    event.at = at;
    event.sequence = this.sequence++;
    this.queue.push(event);
  }

  /** A fresh id for a frame, from 1. */
  newFrameId(): number {
    return ++this.frameId;
  }

  /** Fires all events up to and including `until`; afterwards `now` is `until` unless a limit ended it. */
  run(until: Instant): RunOutcome {
    for (;;) {
      const next = this.queue.peek();
      if (next === undefined || next.at > until) break;
      this.step();
    }
    this.now = until;
    return { kind: this.queue.size === 0 ? "quiescent" : "reached" };
  }

  /** Fires the next event; false when there is none. */
  step(): boolean {
    const event = this.queue.pop();
    if (event === undefined) return false;
    this.now = event.at;
    this.eventCount++;
    event.fire();
    return true;
  }
}
