/**
 * The fast event queue: constant cost per event while events come at a fairly even rate, a heap's cost at worst, and exact
 * in order whatever the load. An event lies in one of three places:
 *
 *   front    the events before `frontEnd`, a sorted chain; the first of them is next
 *   buckets  the window after it: slices of time of one width, each an unsorted chain of its events
 *   side     a heap for the rest: events beyond the window, and events for whose sake too much of the front would be passed
 *
 * Nearly every event is put into a bucket without a look at another one, and sorted among a few when its slice's turn
 * comes. As the next event is the lesser of the front's first and the heap's first, no place is ever wrong, only slow;
 * so the width is a matter of speed alone. It is chosen anew when the steps wasted, on empty buckets or on passing
 * events, have exceeded what choosing costs, hence seldom. With few events all are in the front.
 *
 * Most events of a network are due as long after their scheduling as the one scheduled before, because they travel on like
 * cables. So the search for a place in the front begins at that one, and is seldom a search. Two such places are remembered,
 * since frames are mostly short or long. All its objects are made anew now and then (`renewed`), because the collector
 * makes storing into old ones dear.
 */
import { BucketSet } from "./bucket-set.ts";
import type { Receiver, SimEvent } from "./event.ts";
import type { EventQueue } from "./event-queue.ts";
import { inOrder, Pending } from "./pending.ts";
import { PendingHeap } from "./pending-heap.ts";
import { sliceWidth } from "./slice-width.ts";

/** So many events live in the front alone. */
const SMALL_MAX = 24;
/** An event that would pass more of the front goes to the heap. */
const PASSED_MAX = 32;
/** A longer chain is sorted by the platform. */
const INSERTION_SORT_MAX = 24;
const BUCKETS_MIN = 128;
const BUCKETS_MAX = 1 << 21;
/** The objects are renewed after so many events, and so many more for each that is pending; of more they are old anyway. */
const RENEW_MIN = 4096;
const RENEW_PER_EVENT = 64;
const RENEW_SIZE_MAX = 2048;
const NO_BUCKETS = new BucketSet(0);
/** More events than there can be; a small integer. */
const UNBOUNDED = 1 << 30;
/** What a heap operation counts for among the wasted steps. */
const HEAP_STEPS = 8;
/** Wasted steps per event that are no reason to choose the width anew, and a number that never is. */
const WASTE_PER_EVENT = 4;
const WASTE_MIN = 4096;

export class CalendarQueue implements EventQueue {
  taken = 0;
  /** Before the first event of the front. */
  private readonly front = new Pending(Number.NEGATIVE_INFINITY);
  /** Behind the last event of the front, and due when the front ends. */
  private readonly frontTail = new Pending(Number.POSITIVE_INFINITY);
  /** Ends every other chain; a bucket that is empty is this alone. */
  private readonly none = new Pending(Number.POSITIVE_INFINITY);
  /** Links of the front behind which new events often belong, the likelier first; `front` when it has been taken. */
  private hint = this.front;
  private otherHint = this.front;
  /** The link that was taken last: most events put another one into the queue at once. Null when in use again. */
  private spare: Pending | null = null;
  /** The other links that hold no event, chained. */
  private free = this.none;
  private pushed = 0;
  /** Links that were made, at most as many as `sizeMax`: when all are in use, there are too many events. */
  private links = 0;
  /** No event of the front at or after it is taken without a look elsewhere: `frontEnd`, or the heap's first is due. */
  private bound = Number.POSITIVE_INFINITY;
  /** With more events than these they are distributed anew. */
  private sizeMax = SMALL_MAX;
  /** The newest event of each chain, `none` for an empty one. */
  private buckets: Pending[] = [];
  /** The buckets that are not empty. */
  private filled = NO_BUCKETS;
  private inBuckets = 0;
  /** The slice before `frontEnd`; slice s, counted from the start of time, is bucket s modulo their number. */
  private slice = 0;
  /** Width of a slice in nanoseconds, a power of two, and its inverse. */
  private width = 1;
  private slicesPerNanosecond = 1;
  private readonly side = new PendingHeap();
  // since the width was chosen: steps wasted because slices are too narrow, or too wide, and events taken before
  private skipped = 0;
  private passed = 0;
  private takenBefore = 0;
  private renewAt = RENEW_MIN;

  constructor() {
    this.front.next = this.frontTail;
  }

  /** Events at or after it are in buckets or in the heap; infinite while there are no buckets. */
  private set frontEnd(at: number) {
    this.frontTail.at = at;
    this.bound = Math.min(at, this.side.firstAt);
  }

  get size(): number {
    return this.pushed - this.taken;
  }

  push(what: SimEvent | object, receiver: Receiver<object> | null, at: number): void {
    const pending = this.spare;
    if (pending === null) {
      // once more from the beginning, which takes nothing away from the usual way
      this.provideSpare(at);
      return this.push(what, receiver, at);
    }
    this.spare = null;
    pending.what = what;
    pending.receiver = receiver;
    pending.at = at;
    pending.sequence = this.pushed++;
    const { hint } = this;
    const { next } = hint;
    if (hint.at <= at && next.at > at) {
      pending.next = next;
      hint.next = pending;
      this.hint = pending;
    } else if (at < this.frontTail.at) this.insert(pending, at);
    else this.pushBehind(pending, at);
  }

  private provideSpare(at: number): void {
    this.spare = this.takeFree(at);
  }

  /** A link that holds no event; when there is none, for an event of `at`. */
  private takeFree(at: number): Pending {
    const { free } = this;
    if (free === this.none) return this.makeLink(at);
    this.free = free.next;
    return free;
  }

  private makeLink(at: number): Pending {
    if (this.links >= this.sizeMax) this.distribute(this.drain(), 0);
    if (this.free !== this.none) return this.takeFree(at);
    this.links++;
    return new Pending(at);
  }

  /**
   * The same events in new objects, when it is time. What the collector has met twice counts as old, and from then on V8
   * puts down each fresh frame that is stored there, which takes longer than all else that a link costs.
   */
  renewed(): CalendarQueue {
    if (this.pushed < this.renewAt || this.size > RENEW_SIZE_MAX) return this;
    const young = new CalendarQueue();
    young.taken = this.taken;
    young.pushed = this.pushed;
    young.renewAt = this.pushed + RENEW_MIN + RENEW_PER_EVENT * this.size;
    young.links = this.size;
    const all = this.drain().map((pending) => pending.copy());
    if (this.frontTail.at === Number.POSITIVE_INFINITY) young.fillFront(all);
    else young.distribute(all, this.width);
    return young;
  }

  /** Puts a new event of the front into its place, behind all others of its instant, which is not behind the hint. */
  private insert(pending: Pending, at: number): void {
    const { hint, otherHint } = this;
    let place = this.front;
    if (otherHint.at <= at) place = otherHint;
    if (hint.at <= at && hint.at > place.at) place = hint;
    let { next } = place;
    let passed = 0;
    while (next.at <= at) {
      if (++passed > PASSED_MAX) return this.pushAside(pending);
      place = next;
      next = next.next;
    }
    pending.next = next;
    place.next = pending;
    this.passed += passed;
    this.otherHint = hint;
    this.hint = pending;
  }

  /** Into the heap, for it would be long on its way to its place in the front. */
  private pushAside(pending: Pending): void {
    this.passed += PASSED_MAX;
    this.pushSide(pending);
    this.checkWaste();
  }

  /** Into the bucket or heap of an event that is not due soon. */
  private pushBehind(pending: Pending, at: number): void {
    const ahead = Math.floor(at * this.slicesPerNanosecond) - this.slice;
    const count = this.buckets.length;
    if (ahead < count) this.chain(pending, (this.slice + ahead) & (count - 1));
    else {
      this.pushSide(pending);
      this.skipped += HEAP_STEPS;
    }
  }

  private pushSide(pending: Pending): void {
    this.side.push(pending);
    this.bound = Math.min(this.bound, pending.at);
  }

  firstDue(): number {
    // so it is when the front is empty, for its tail is due at its end
    if (this.front.next.at >= this.bound) this.bringForward();
    return this.front.next.at;
  }

  take(): Pending {
    const { front } = this;
    const first = front.next;
    front.next = first.next;
    if (first === this.hint) this.hint = front;
    if (first === this.otherHint) this.otherHint = front;
    this.taken++;
    if (this.spare !== null) this.chainFree(this.spare);
    this.spare = first;
    return first;
  }

  private chainFree(pending: Pending): void {
    pending.what = null;
    pending.next = this.free;
    this.free = pending;
  }

  /** Sees to it that the front begins with the first event, if there is any. */
  private bringForward(): void {
    const { front, side } = this;
    if (front.next === this.frontTail) this.refill();
    if (side.firstAt > front.next.at || !side.precedes(front.next)) return;
    const first = side.pop();
    this.bound = Math.min(this.frontTail.at, side.firstAt);
    first.next = front.next;
    front.next = first;
  }

  private chain(pending: Pending, bucket: number): void {
    const next = this.buckets[bucket] as Pending;
    pending.next = next;
    this.buckets[bucket] = pending;
    this.inBuckets++;
    if (next === this.none) this.filled.add(bucket);
  }

  /** The front is empty: moves it on to the next event's slice. */
  private refill(): void {
    if (this.frontTail.at === Number.POSITIVE_INFINITY) return;
    if (this.size <= SMALL_MAX / 4) this.distribute(this.drain(), 0);
    else this.checkWaste();
    if (this.frontTail.at === Number.POSITIVE_INFINITY) return;
    const sideSlice = Math.floor(this.side.firstAt * this.slicesPerNanosecond);
    const slice = this.inBuckets === 0 ? sideSlice : this.nextFilled();
    this.slice = Math.min(slice, sideSlice);
    this.frontEnd = (this.slice + 1) * this.width;
    if (slice <= sideSlice && this.inBuckets > 0) this.unchain(slice & (this.buckets.length - 1));
  }

  /** The first slice after the present one whose bucket is not empty; there is one. */
  private nextFilled(): number {
    const start = (this.slice + 1) & (this.buckets.length - 1);
    const ahead = this.filled.aheadOf(start);
    this.skipped += ahead >> 5;
    return this.slice + 1 + ahead;
  }

  /** Moves a bucket's events into the front, which is empty, and sorts them. */
  private unchain(bucket: number): void {
    const { front, frontTail, none } = this;
    let pending = this.buckets[bucket] as Pending;
    if (pending === none) return;
    this.buckets[bucket] = none;
    this.filled.remove(bucket);
    let count = 0;
    while (pending !== none) {
      if (++count > INSERTION_SORT_MAX) return this.unchainMany(pending, count);
      const { next, at } = pending;
      // a chain begins with its newest event, which runs after the others of its instant
      let place = front;
      while (place.next.at < at) {
        place = place.next;
        this.passed++;
      }
      pending.next = place.next;
      place.next = pending;
      if (pending.next === frontTail) this.hint = pending;
      this.inBuckets--;
      pending = next;
    }
  }

  /** The rest of a long chain, from `pending` on, of which the newest `count` − 1 are in the front already. */
  private unchainMany(chain: Pending, count: number): void {
    const all: Pending[] = [];
    this.takeFront(all);
    chain.collect(all, this.none);
    this.inBuckets -= all.length - count + 1;
    this.fillFront(all);
    this.passed += all.length * HEAP_STEPS;
  }

  private takeFront(all: Pending[]): void {
    const { front, frontTail } = this;
    front.next.collect(all, frontTail);
    front.next = frontTail;
    this.hint = front;
    this.otherHint = front;
  }

  /** Makes `all`, which it sorts, the front. */
  private fillFront(all: Pending[]): void {
    let place = this.front;
    for (const pending of inOrder(all)) {
      place.next = pending;
      place = pending;
    }
    place.next = this.frontTail;
    this.hint = place;
  }

  /** Chooses the width anew when more was wasted than that costs. */
  private checkWaste(): void {
    const taken = this.pushed - this.size - this.takenBefore;
    const allowed = WASTE_PER_EVENT * (taken + this.size) + WASTE_MIN;
    if (this.skipped + this.passed > allowed) {
      const factor = this.skipped > this.passed ? 4 : 1 / 4;
      this.distribute(this.drain(), Math.max(1, this.width * factor));
    } else if (taken > WASTE_MIN + WASTE_PER_EVENT * this.size) this.forgetWaste();
  }

  private forgetWaste(): void {
    this.skipped = 0;
    this.passed = 0;
    this.takenBefore = this.pushed - this.size;
  }

  /** Puts all events into slices of `width`, or of one that suits them when it is 0; few into the front. */
  private distribute(all: Pending[], width: number): void {
    this.forgetWaste();
    if (all.length <= SMALL_MAX / 2) {
      this.frontEnd = Number.POSITIVE_INFINITY;
      this.sizeMax = SMALL_MAX;
      this.keepLinks(SMALL_MAX);
      return this.fillFront(all);
    }
    inOrder(all);
    this.makeBuckets(all.length);
    this.width = width === 0 ? sliceWidth(all) : width;
    this.slicesPerNanosecond = 1 / this.width;
    const count = this.buckets.length;
    const start = Math.floor((all[0] as Pending).at * this.slicesPerNanosecond);
    this.slice = start - 1;
    this.frontEnd = start * this.width;
    for (const pending of all) {
      const slice = Math.floor(pending.at * this.slicesPerNanosecond);
      if (slice - start < count - 1) this.chain(pending, slice & (count - 1));
      else this.pushSide(pending);
    }
  }

  /** Takes all events out, in no order. */
  private drain(): Pending[] {
    const all: Pending[] = [];
    this.takeFront(all);
    for (let i = 0; this.inBuckets > 0; i++) {
      this.inBuckets -= (this.buckets[i] as Pending).collect(all, this.none);
      this.buckets[i] = this.none;
    }
    this.filled.clear();
    this.side.drainTo(all);
    return all;
  }

  /** Lets go of free links so that there are no more than `count` in all, which is more than there are events. */
  private keepLinks(count: number): void {
    if (this.links <= count) return;
    if (this.spare !== null) this.chainFree(this.spare);
    this.spare = null;
    this.links = count;
    let kept = this.none;
    for (let i = this.size; i < count; i++) {
      const link = this.free;
      this.free = link.next;
      link.next = kept;
      kept = link;
    }
    this.free = kept;
  }

  /** Provides for `size` events and as many again; never fewer buckets than before. */
  private makeBuckets(size: number): void {
    let count = Math.max(BUCKETS_MIN, this.buckets.length);
    while (count < 2 * size && count < BUCKETS_MAX) count *= 2;
    this.sizeMax = count < BUCKETS_MAX ? count : UNBOUNDED;
    if (count === this.buckets.length) return;
    this.buckets = new Array<Pending>(count).fill(this.none);
    this.filled = new BucketSet(count);
  }
}
