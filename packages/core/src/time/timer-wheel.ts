/**
 * The kernel's timer wheel (kernel/time/timer.c) at HZ = 250: nine levels of 64 buckets, each level eight times
 * coarser than the one below. A timer goes into the level that its timeout asks for and stays there; its
 * expiry is rounded up to the next bucket of that level, so it fires late and never early:
 *
 *   timeout below   0.252 s   2.016 s   16.128 s   129.024 s   17.2 min   2.3 h …
 *   late by up to   4 ms      32 ms     256 ms     2.048 s     16.384 s   131 s …
 *
 * (and by up to one jiffy more, because a timeout is first rounded up to whole jiffies). Two rules decide the order
 * of timers that expire in one jiffy. A bucket is an hlist to whose head a timer is added: newest first. The buckets
 * of one jiffy are collected from the finest level upward and expired from the coarsest downward
 * (`collect_expired_timers`, `__run_timers`).
 *
 * While timers expire, and until the jiffy is over, the wheel's clock is one jiffy ahead of `jiffies`; so a timeout
 * counts as one jiffy shorter when its level is chosen. The kernel's way of re-arming is kept too: a timer whose new
 * expiry falls into the bucket in which it already is keeps its place.
 *
 * One event in the engine's queue stands for the earliest bucket. When that bucket has been emptied the event
 * fires idly. Left out: deferrable timers and one wheel per processor.
 */
import { assert } from "../base/assert.ts";
import { NOT_SMALL } from "../base/double.ts";
import type { Clock } from "./clock.ts";
import { SimEvent } from "./event.ts";
import { type Duration, type Instant, START } from "./instant.ts";
import { type SlotHolder, type Timer, type TimerOwner, UNARMED } from "./timer.ts";
import { BUCKETS_PER_LEVEL, EXPIRING, LEVELS, NO_BUCKET } from "./timer-slot-layout.ts";
import { TimerSlots } from "./timer-slots.ts";
import {
  LEVEL_SHIFT,
  levelOf,
  TIMEOUT_BOUND,
  TIMEOUT_GRAINS,
  TIMEOUT_MAX,
} from "./wheel-levels.ts";

/** One tick of the kernel's clock, in nanoseconds. */
export const JIFFY = 4_000_000 as Duration;

/** Whole milliseconds as jiffies, rounded up. */
const jiffiesIn = (milliseconds: number): number => (milliseconds + 3) >> 2;

/** Longer than the longest timeout (wheel-levels.ts). */
const LONG_MS = 0xffff_fff0;

/** The jiffy of a timer that is wanted at `wanted`, before it is rounded up, while the wheel has come to `clk`. */
const expiryOf = (wanted: number, clk: number): number => {
  const timeout = (wanted - clk) | 0;
  if (timeout < 0) return clk - 1; // a timeout of zero set while timers expire: the next jiffy
  return timeout < TIMEOUT_BOUND ? wanted : clk + TIMEOUT_MAX;
};

/** Later than every jiffy, and a small integer still. */
const NO_TICK = 0x7fffffff;

class WheelTick extends SimEvent {
  private readonly wheel: TimerWheel;
  constructor(wheel: TimerWheel) {
    super();
    this.wheel = wheel;
  }
  fire(): void {
    this.wheel.tick();
  }
}

export class TimerWheel {
  private readonly clock: Clock;
  private offset = 0;
  /** Jiffy to which the wheel has come: `base->clk`. */
  private clk = 0;
  /** The present jiffy, as long as `jiffyEnds` has not come. */
  private jiffy = 0;
  private jiffyEnds = NOT_SMALL as Instant;
  private readonly slots = new TimerSlots();
  /**
   * Slots whose timers processes armed at the instant `lateAt`, in order: the first, mostly the only one, and the others. 0
   * for one that changed hands since.
   */
  private lateFirst = 0;
  private readonly lateOthers: number[] = [];
  /** How many they are: the array is never made shorter, which V8 does slowly. */
  private lateCount = 0;
  private lateAt = NOT_SMALL as Instant;
  /** Nothing else was armed then: it is at most one slot, which is the head of its bucket if it was not there before. */
  private lateAlone = true;
  /** Jiffies for which a tick is in the engine's queue, the earliest last. */
  private readonly ticks: number[] = [];
  /** The earliest of `ticks`. */
  private firstTick = NO_TICK;

  constructor(clock: Clock) {
    this.clock = clock;
    this.jiffyEnds = START;
    this.lateAt = START;
  }

  /** Timers armed now. They are counted one by one, since nobody counts them as they come and go. */
  get armedCount(): number {
    return this.slots.count(false);
  }

  /** Those among them that are numbers of their owners; the others are of objects. */
  get numberedCount(): number {
    return this.slots.count(true);
  }

  /** Whether there may be more timers armed: there are never more than slots. */
  mayExceed(objects: number, numbered: number): boolean {
    const { forObjects, length } = this.slots;
    return forObjects > objects || length - forObjects > numbered;
  }

  /** No timer is armed. */
  get idle(): boolean {
    return this.slots.empty;
  }

  /** Events in the engine's queue that are the wheel's. */
  get tickCount(): number {
    return this.ticks.length;
  }

  /** What the wheel's clock shows at the start of simulated time. Set it while no timer is armed. */
  get phase(): Duration {
    return this.offset as Duration;
  }
  set phase(phase: Duration) {
    assert(this.ticks.length === 0, "the phase of a wheel that has turned");
    this.offset = phase;
    this.jiffyEnds = START;
    this.clk = this.jiffies;
  }

  /** The kernel's clock: whole jiffies on the wheel's clock. */
  get jiffies(): number {
    return Math.floor((this.clock.now + this.offset) / JIFFY);
  }

  /**
   * Arms or re-arms `timer` (`mod_timer`): for the jiffy that lies as many whole jiffies, rounded up, ahead of the
   * present one as `due` lies ahead of now. The lateness follows from that timeout.
   */
  arm(timer: Timer, due: Instant): void {
    const wanted = this.jiffyOf(due);
    let { slot } = timer;
    if (slot === UNARMED) {
      slot = this.slots.addTimer(timer);
      timer.slot = slot;
    }
    this.put(slot, wanted);
  }

  /** Disarms `timer`; nothing happens when it is not armed. */
  cancel(timer: Timer): void {
    const { slot } = timer;
    if (slot === UNARMED) return;
    timer.slot = UNARMED;
    this.disarm(slot);
    this.slots.removeObject(slot);
  }

  /** A slot for a timer of `holder`, not armed, which is the holder's until `release`. */
  hold(holder: SlotHolder): number {
    return this.slots.addHolder(holder);
  }

  /** Disarms the timer of this slot and takes the slot back. */
  release(slot: number): void {
    this.clear(slot);
    this.slots.removeObject(slot);
  }

  /** The slot, disarmed, for another holder; a new one for `UNARMED`. */
  handOver(slot: number, holder: SlotHolder): number {
    if (slot === UNARMED) return this.hold(holder);
    this.clear(slot);
    this.slots.setHolder(slot, holder);
    return slot;
  }

  private clear(slot: number): void {
    this.slots.takeOut(slot);
    if (this.lateFirst === slot) this.lateFirst = 0;
    if (this.lateCount > 1) this.takeFromLate(slot);
  }

  private takeFromLate(slot: number): void {
    for (let i = 1; i < this.lateCount; i++)
      if (this.lateOthers[i - 1] === slot) this.lateOthers[i - 1] = 0;
  }

  /** As `arm`, for a slot that is held, so many whole milliseconds from now. */
  armHeld(slot: number, milliseconds: number): void {
    this.put(slot, this.enter() + jiffiesIn(milliseconds));
  }

  /**
   * The same by a process that has just sent a packet. The kernel runs softirqs at the end of the send: on cables without
   * delay the packet has arrived, and been answered, before the process goes on. So all timers that are armed at this
   * instant, by whatever the packet stirs up, are older in their buckets than this one.
   */
  armHeldByProcess(slot: number, milliseconds: number): void {
    const { now } = this.clock;
    if (this.lateCount > 0) this.follow(now);
    if (now >= this.jiffyEnds) this.beginJiffy();
    if (this.lateCount > 0) this.alsoLate(slot);
    else {
      this.lateAt = now;
      this.lateFirst = slot;
      this.lateCount = 1;
    }
    this.put(slot, this.jiffy + jiffiesIn(milliseconds));
  }

  private alsoLate(slot: number): void {
    this.lateOthers[this.lateCount - 1] = slot;
    this.lateCount++;
  }

  isArmed(slot: number): boolean {
    return this.slots.bucket(slot) !== NO_BUCKET;
  }

  /** Disarms the timer of a slot that is held; nothing happens when it is not armed. */
  disarm(slot: number): void {
    this.slots.takeOut(slot);
  }

  /** Something is armed after processes armed timers. */
  private follow(now: Instant): void {
    if (now === this.lateAt) this.lateAlone = false;
    else this.settle();
  }

  /** The instant at which processes armed timers is over: those come to the heads of their buckets. */
  private settle(): void {
    const count = this.lateCount;
    this.lateCount = 0;
    if (this.lateAlone === true) return;
    this.lateAlone = true;
    this.toHead(this.lateFirst);
    for (let i = 1; i < count; i++) this.toHead(this.lateOthers[i - 1] as number);
  }

  private toHead(slot: number): void {
    if (slot === 0) return;
    const { slots } = this;
    const bucket = slots.bucket(slot);
    if (bucket === NO_BUCKET || slots.first(bucket) === slot) return;
    slots.takeOut(slot);
    slots.put(slot, bucket);
  }

  /** A number by which `owner` arms timers that are no objects. */
  addOwner(owner: TimerOwner): number {
    return this.slots.addOwner(owner);
  }

  /**
   * Arms or re-arms the timer `argument` of the owner with this number, which keeps the slot: `slot` is where the timer is
   * armed now, `UNARMED` if it is not; the answer is where it is armed then.
   */
  armSlot(slot: number, owner: number, argument: number, due: Instant): number {
    return this.putNumbered(slot, owner, argument, this.jiffyOf(due));
  }

  /** The same, so many whole milliseconds from now. */
  armSlotFor(slot: number, owner: number, argument: number, milliseconds: number): number {
    const jiffies = (Math.min(milliseconds, LONG_MS) + 3) >>> 2;
    return this.putNumbered(slot, owner, argument, this.enter() + jiffies);
  }

  private putNumbered(slot: number, owner: number, argument: number, wanted: number): number {
    let taken = slot;
    if (taken === UNARMED) taken = this.slots.add(owner, argument);
    this.put(taken, wanted);
    return taken;
  }

  /** Disarms the timer of this slot; nothing happens to `UNARMED`. */
  cancelSlot(slot: number): void {
    if (slot === UNARMED) return;
    this.slots.takeOut(slot);
    this.slots.remove(slot);
  }

  /** Fires the timers of the present jiffy; for the wheel's own event only. */
  tick(): void {
    if (this.lateCount > 0) this.settle();
    const jiffy = this.ticks.pop() as number;
    this.firstTick = this.ticks.at(-1) ?? NO_TICK;
    const levels = this.collect(jiffy);
    this.clk = jiffy + 1;
    for (let level = levels - 1; level >= 0; level--) this.expire(EXPIRING + level);
    const next = this.nextExpiry();
    if (next >= 0) this.tickAt(next);
  }

  /** The jiffy that lies as many whole jiffies ahead as `due` does; the wheel's clock is set for it. */
  private jiffyOf(due: Instant): number {
    const { now } = this.clock;
    assert(due >= now, "a timer in the past");
    return this.enter() + Math.ceil((due - now) / JIFFY);
  }

  /** The present jiffy, to which the wheel's clock comes. */
  private enter(): number {
    const { now } = this.clock;
    if (this.lateCount > 0) this.follow(now);
    if (now >= this.jiffyEnds) this.beginJiffy();
    return this.jiffy;
  }

  private beginJiffy(): void {
    const { jiffies } = this;
    this.jiffy = jiffies;
    this.jiffyEnds = ((jiffies + 1) * JIFFY - this.offset) as Instant;
    if (jiffies > this.clk) this.clk = jiffies;
  }

  /** Puts the slot into the bucket that expires when it is wanted. */
  private put(slot: number, wanted: number): void {
    const { clk, slots } = this;
    const timeout = (wanted - clk) | 0;
    let jiffy = (wanted + 1) | 0;
    let bucket = jiffy & (BUCKETS_PER_LEVEL - 1);
    // as an unsigned number a timeout below zero is a long one
    if (timeout >>> 0 >= TIMEOUT_GRAINS) {
      const level = levelOf(timeout);
      const shift = level * LEVEL_SHIFT;
      const turn = ((expiryOf(wanted, clk) >> shift) + 1) | 0;
      bucket = level * BUCKETS_PER_LEVEL + (turn & (BUCKETS_PER_LEVEL - 1));
      jiffy = turn << shift;
    }
    const next = slots.put(slot, bucket);
    if (next <= 0) this.putAlone(next, bucket, jiffy);
    else if (jiffy < this.firstTick) this.addTick(jiffy);
  }

  /** The slot is the only one of its bucket, or was there before. */
  private putAlone(next: number, bucket: number, jiffy: number): void {
    if (next < 0) this.lateAlone = false;
    else {
      this.slots.mark(bucket);
      this.tickAt(jiffy);
    }
  }

  /** Sees to it that a tick comes at `jiffy` or earlier. */
  private tickAt(jiffy: number): void {
    if (jiffy < this.firstTick) this.addTick(jiffy);
  }

  private addTick(jiffy: number): void {
    this.firstTick = jiffy;
    this.ticks.push(jiffy);
    this.clock.schedule(new WheelTick(this), (jiffy * JIFFY - this.offset) as Instant);
  }

  /** Moves the buckets that `jiffy` ends to the expiring lists, finest level first; returns how many. */
  private collect(jiffy: number): number {
    const { slots } = this;
    let count = 0;
    let turn = jiffy;
    for (let level = 0; level < LEVELS; level++) {
      const bucket = level * BUCKETS_PER_LEVEL + (turn & (BUCKETS_PER_LEVEL - 1));
      if (slots.first(bucket) !== 0) slots.move(bucket, EXPIRING + count++);
      if ((turn & ((1 << LEVEL_SHIFT) - 1)) !== 0) break;
      turn >>= LEVEL_SHIFT;
    }
    return count;
  }

  /** Fires a list from its head, which a timer that fires may change: it may cancel or re-arm any other. */
  private expire(list: number): void {
    for (;;) {
      const slot = this.slots.first(list);
      if (slot === 0) return;
      this.slots.takeOut(slot);
      this.slots.fire(slot);
    }
  }

  /** The jiffy at which the earliest bucket expires; −1 when all are empty. */
  private nextExpiry(): number {
    let earliest = -1;
    for (let level = 0; level < LEVELS; level++) {
      const shift = level * LEVEL_SHIFT;
      const first = Math.ceil(this.clk / (1 << shift));
      const places = this.slots.ahead(level, first & (BUCKETS_PER_LEVEL - 1));
      if (places < 0) continue;
      const expiry = (first + places) << shift;
      if (earliest < 0 || expiry < earliest) earliest = expiry;
    }
    return earliest;
  }
}
