/**
 * The one clock of a simulation: pending events in one total order, and kernel-like timers on top of them.
 * A run that does not come to an end by itself ends by a limit (base/limits.ts), as a value.
 */
import { AssertionError, assert } from "../base/assert.ts";
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
  private frameId = 0;
  /** `eventCount` when time came to `now`. */
  private countAtNow = 0;
  private readonly eventsMax: number;
  private readonly perInstantMax: number;
  private readonly pendingMax: number;
  /** So many timers of whatever kind are within every limit. */
  private readonly timersAllowed: number;

  constructor({ limits, queue }: EngineOptions = {}) {
    this.limits = limits === undefined ? DEFAULT_LIMITS : { ...DEFAULT_LIMITS, ...limits };
    assert(this.limits.simulatedTimeNsMax <= SIMULATED_TIME_NS_MAX, "simulated time out of range");
    this.queue = queue ?? new CalendarQueue();
    this.eventsMax = this.limits.eventsMax;
    this.perInstantMax = this.limits.eventsPerInstantMax;
    this.pendingMax = this.limits.pendingEventsMax;
    this.timersAllowed = Math.min(this.limits.armedTimersMax, this.limits.numberedTimersMax);
  }

  /** Puts `event` into the queue at `at`, which is not before `now`. */
  schedule(event: SimEvent, at: Instant): void {
    if (at < this.now) refusePast();
    this.queue.push(event, at);
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
      if (this.isLimited() && queue.firstDue() <= last) {
        const limit = this.limitReached() as LimitName;
        return { kind: "limit", limit, bound: limits[limit] };
      }
      const event = queue.take(last);
      if (event === undefined) break;
      this.fire(event);
    }
    if (last > this.now) this.advance(last);
    if (this.quiescent) return { kind: "quiescent" };
    if (last === until) return { kind: "reached" };
    return { kind: "limit", limit: "simulatedTimeNsMax", bound: limits.simulatedTimeNsMax };
  }

  /** Fires the next event whatever the limits say; false when there is none. */
  step(): boolean {
    const event = this.queue.take(Number.POSITIVE_INFINITY);
    if (event === undefined) return false;
    this.fire(event);
    return true;
  }

  private fire(event: SimEvent): void {
    const at = this.queue.takenAt;
    if (at !== this.now) this.advance(at);
    this.eventCount++;
    event.fire();
  }

  private advance(now: number): void {
    this.now = now as Instant;
    this.countAtNow = this.eventCount;
  }

  /** Whether `limitReached` names one: asked before each event. */
  private isLimited(): boolean {
    return (
      this.eventCount - this.countAtNow >= this.perInstantMax ||
      this.eventCount >= this.eventsMax ||
      this.queue.size > this.pendingMax ||
      (this.timers.armedCount > this.timersAllowed && this.timerLimit() !== null)
    );
  }

  private timerLimit(): LimitName | null {
    const { timers, limits } = this;
    if (timers.objectCount > limits.armedTimersMax) return "armedTimersMax";
    const numbered = timers.armedCount - timers.objectCount;
    return numbered > limits.numberedTimersMax ? "numberedTimersMax" : null;
  }

  /** The limit that forbids a further event at this instant or a later one; null when none does. */
  limitReached(): LimitName | null {
    const limits = this.limits;
    if (this.eventCount >= limits.eventsMax) return "eventsMax";
    if (this.eventCount - this.countAtNow >= limits.eventsPerInstantMax)
      return "eventsPerInstantMax";
    if (this.queue.size > limits.pendingEventsMax) return "pendingEventsMax";
    return this.timerLimit();
  }
}

/** Apart from `schedule`, which V8 should find short enough to put into its callers. */
function refusePast(): never {
  throw new AssertionError("an event in the past");
}
