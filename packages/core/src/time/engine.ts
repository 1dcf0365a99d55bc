/**
 * The one clock of a simulation: pending events in one total order, and kernel-like timers on top of them.
 * A run that does not come to an end by itself ends by a limit (base/limits.ts), as a value.
 */
import { assert } from "../base/assert.ts";
import {
  DEFAULT_LIMITS,
  type LimitName,
  type Limits,
  SIMULATED_TIME_NS_MAX,
} from "../base/limits.ts";
import { CalendarQueue } from "./calendar-queue.ts";
import type { Clock } from "./clock.ts";
import type { SimEvent } from "./event.ts";
import type { EventQueue } from "./event-queue.ts";
import { type Instant, START } from "./instant.ts";
import { TimerWheel } from "./timer-wheel.ts";

/** How a run ended. */
export type RunOutcome =
  /** Simulated time has come to the instant asked for. */
  | { readonly kind: "reached" }
  /** No event is pending and no timer is armed any more. */
  | { readonly kind: "quiescent" }
  /** A limit ended a runaway run: which one, and its bound. */
  | { readonly kind: "limit"; readonly limit: LimitName; readonly bound: number };

export interface EngineOptions {
  /** Bounds that differ from `DEFAULT_LIMITS`. */
  readonly limits?: Partial<Limits> | undefined;
  /** The queue to use, for comparing one with another; empty. */
  readonly queue?: EventQueue | undefined;
}

export class Engine implements Clock {
  now: Instant = START;
  /** Events fired so far. */
  eventCount = 0;
  readonly limits: Limits;
  readonly queue: EventQueue;
  readonly timers: TimerWheel = new TimerWheel(this);
  private sequence = 0;
  private frameId = 0;
  /** `eventCount` when time came to `now`. */
  private countAtNow = 0;

  constructor({ limits, queue }: EngineOptions = {}) {
    this.limits = limits === undefined ? DEFAULT_LIMITS : { ...DEFAULT_LIMITS, ...limits };
    assert(this.limits.simulatedTimeNsMax <= SIMULATED_TIME_NS_MAX, "simulated time out of range");
    this.queue = queue ?? new CalendarQueue();
  }

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

  /** No event is pending and no timer is armed: nothing will ever happen by itself. */
  get quiescent(): boolean {
    return this.timers.armedCount === 0 && this.queue.size === this.timers.tickCount;
  }

  /** Fires all events up to and including `until`; afterwards `now` is `until` unless a limit ended it. */
  run(until: Instant): RunOutcome {
    const { queue, limits } = this;
    const last = Math.min(until, limits.simulatedTimeNsMax);
    for (;;) {
      const next = queue.peek();
      if (next === undefined || next.at > last) break;
      const limit = this.limitReached();
      if (limit !== null) return { kind: "limit", limit, bound: limits[limit] };
      this.step();
    }
    if (last > this.now) {
      this.now = last as Instant;
      this.countAtNow = this.eventCount;
    }
    if (this.quiescent) return { kind: "quiescent" };
    if (last === until) return { kind: "reached" };
    return { kind: "limit", limit: "simulatedTimeNsMax", bound: limits.simulatedTimeNsMax };
  }

  /** Fires the next event whatever the limits say; false when there is none. */
  step(): boolean {
    const event = this.queue.pop();
    if (event === undefined) return false;
    if (event.at !== this.now) {
      this.now = event.at;
      this.countAtNow = this.eventCount;
    }
    this.eventCount++;
    event.fire();
    return true;
  }

  /** The limit that forbids a further event at this instant or a later one; null when none does. */
  limitReached(): LimitName | null {
    const limits = this.limits;
    if (this.eventCount >= limits.eventsMax) return "eventsMax";
    if (this.eventCount - this.countAtNow >= limits.eventsPerInstantMax)
      return "eventsPerInstantMax";
    if (this.queue.size > limits.pendingEventsMax) return "pendingEventsMax";
    if (this.timers.armedCount > limits.armedTimersMax) return "armedTimersMax";
    return null;
  }
}
