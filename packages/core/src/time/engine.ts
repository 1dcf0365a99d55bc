/**
 * The one clock of a simulation: pending events in one total order, and kernel-like timers on top of them.
 * A run that does not come to an end by itself ends by a limit (base/limits.ts), as a value.
 */
import { AssertionError, assert } from "../base/assert.ts";
import { NOT_SMALL } from "../base/double.ts";
import {
  DEFAULT_LIMITS,
  type LimitName,
  type Limits,
  SIMULATED_TIME_NS_MAX,
} from "../base/limits.ts";
import { CalendarQueue } from "./calendar-queue.ts";
import type { Clock } from "./clock.ts";
import type { Receiver, SimEvent } from "./event.ts";
import type { EventQueue } from "./event-queue.ts";
import { type Duration, type Instant, START } from "./instant.ts";
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

/** The limits are looked at after so many events, so that a run ends soon after it has reached one. */
const CHECK_EVERY = 256;

export class Engine implements Clock {
  now = NOT_SMALL as Instant;
  readonly limits: Limits;
  /** The present one: `check` puts it anew into its place. */
  queue: EventQueue;
  private frameId = 0;
  /** The `eventCount` at which the limits are looked at next; how often; when, and how many events ago time came to it. */
  private checkAt = 0;
  private readonly checkEvery: number;
  private checkedAt = NOT_SMALL as Instant;
  private firedThen = 0;
  /** What is due later waits for another run. A field: V8 unpacks a parameter at every use, to compare it with an instant. */
  private last = NOT_SMALL as Instant;
  readonly timers: TimerWheel;

  constructor({ limits, queue }: EngineOptions = {}) {
    this.limits = limits === undefined ? DEFAULT_LIMITS : { ...DEFAULT_LIMITS, ...limits };
    assert(this.limits.simulatedTimeNsMax <= SIMULATED_TIME_NS_MAX, "simulated time out of range");
    this.queue = queue ?? new CalendarQueue();
    const { eventsPerInstantMax, pendingEventsMax } = this.limits;
    this.checkEvery = Math.min(CHECK_EVERY, eventsPerInstantMax, pendingEventsMax);
    this.now = START;
    this.checkedAt = START;
    this.timers = new TimerWheel(this);
  }

  /** Events fired so far. */
  get eventCount(): number {
    return this.queue.taken;
  }

  /** Puts `event` into the queue at `at`, which is not before `now`. */
  schedule(event: SimEvent, at: Instant): void {
    if (at < this.now) refusePast();
    this.queue.push(event, null, at);
  }

  /** `thing` reaches `receiver` at `at`, which is not before `now`: an event of its own. */
  deliver<Thing extends object>(thing: Thing, receiver: Receiver<Thing>, at: Instant): void {
    if (at < this.now) refusePast();
    this.queue.push(thing, receiver as Receiver<object>, at);
  }

  /**
   * As `deliver`, `wait` from now, which is not negative. For those who do so for each packet: V8 makes an object of an
   * instant that crosses a call, but hardly of a wait, which is a small integer.
   */
  deliverAfter<Thing extends object>(
    thing: Thing,
    receiver: Receiver<Thing>,
    wait: Duration,
  ): void {
    this.queue.push(thing, receiver as Receiver<object>, this.now + wait);
  }

  /** A fresh id for a frame, from 1. */
  newFrameId(): number {
    return ++this.frameId;
  }

  /** No event is pending and no timer is armed: nothing will ever happen by itself. */
  get quiescent(): boolean {
    return this.timers.idle && this.queue.size === this.timers.tickCount;
  }

  /** Fires all events up to and including `until`; afterwards `now` is `until` unless a limit ended it. */
  run(until: Instant): RunOutcome {
    const { last: outer, limits } = this;
    const last = Math.min(until, limits.simulatedTimeNsMax) as Instant;
    this.last = last;
    const limit = this.runToLast();
    // an event may have begun this run
    this.last = outer;
    if (limit !== null) return { kind: "limit", limit, bound: limits[limit] };
    if (last > this.now) this.now = last;
    if (this.quiescent) return { kind: "quiescent" };
    if (last === until) return { kind: "reached" };
    return { kind: "limit", limit: "simulatedTimeNsMax", bound: limits.simulatedTimeNsMax };
  }

  /** Fires all events up to and including `last`; the limit that forbids the next one, or null. */
  private runToLast(): LimitName | null {
    do {
      if (this.check()) return this.queue.firstDue() > this.last ? null : this.limitReached();
    } while (this.fire());
    return null;
  }

  /** Fires events until the limits are to be looked at, or until no more is due before or at `last`: false then. */
  private fire(): boolean {
    const { queue, checkAt } = this;
    while (queue.taken < checkAt) {
      const at = queue.firstDue();
      if (at > this.last) return false;
      this.now = at as Instant;
      const { what, receiver } = queue.take();
      // arrivals, which are most, have a call of their own, that V8 puts in its place
      if (receiver !== null) receiver.receive(what as object);
      else (what as SimEvent).fire();
    }
    return true;
  }

  /** Fires the next event whatever the limits say; false when there is none. */
  step(): boolean {
    const { queue } = this;
    const at = queue.firstDue();
    if (at === Number.POSITIVE_INFINITY) return false;
    this.now = at as Instant;
    const { what, receiver } = queue.take();
    if (queue.taken >= this.checkAt) this.check();
    if (receiver !== null) receiver.receive(what as object);
    else (what as SimEvent).fire();
    return true;
  }

  /** Looks at the limits, which is not for every event: whether one is reached. */
  private check(): boolean {
    if (this.now > this.checkedAt) {
      this.checkedAt = this.now;
      this.firedThen = this.eventCount;
    }
    if (this.limitReached() !== null) return true;
    this.queue = this.queue.renewed();
    this.checkAt = Math.min(this.eventCount + this.checkEvery, this.limits.eventsMax);
    return false;
  }

  private timerLimit(): LimitName | null {
    const { timers } = this;
    const { armedTimersMax, numberedTimersMax } = this.limits;
    if (timers.mayExceed(armedTimersMax, numberedTimersMax) === false) return null;
    const numbered = timers.numberedCount;
    if (timers.armedCount - numbered > armedTimersMax) return "armedTimersMax";
    return numbered > numberedTimersMax ? "numberedTimersMax" : null;
  }

  /** The limit that forbids a further event at this instant or a later one; null when none does. */
  limitReached(): LimitName | null {
    const limits = this.limits;
    if (this.eventCount >= limits.eventsMax) return "eventsMax";
    if (
      this.now === this.checkedAt &&
      this.eventCount - this.firedThen >= limits.eventsPerInstantMax
    )
      return "eventsPerInstantMax";
    if (this.queue.size > limits.pendingEventsMax) return "pendingEventsMax";
    return this.timerLimit();
  }
}

/** Apart from `schedule`, which V8 should find short enough to put into its callers. */
function refusePast(): never {
  throw new AssertionError("an event in the past");
}
