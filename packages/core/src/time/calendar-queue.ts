/**
 * The fast event queue: constant cost per event while events come at a fairly even rate, a heap's cost at worst, and exact
 * in order whatever the load. An event lies in one of three places:
 *
 *   front    the events before `frontEnd`, sorted; the first of them is next
 *   buckets  the window after it: slices of time of one width, each an unsorted chain of its events
 *   side     a heap for the rest: events beyond the window, and events for whose sake too much of the front would move
 *
 * Nearly every event is put into a bucket without a look at another one, and sorted among a few when its slice's turn
 * comes. As the next event is the lesser of the front's first and the heap's first, no place is ever wrong, only slow;
 * so the width is a matter of speed alone. It is chosen anew when the steps wasted, on empty buckets or on moving
 * events, have exceeded what choosing costs, hence seldom. With few events all are in the front.
 */
import type { SimEvent } from "./event.ts";
import type { EventQueue } from "./event-queue.ts";
import { EventSlots } from "./event-slots.ts";
import { sliceWidth } from "./slice-width.ts";
import { SlotHeap } from "./slot-heap.ts";

const NONE = -1;
/** So many events live in the front alone. */
const SMALL_MAX = 24;
/** An event that would move more of the front goes to the heap, once there are buckets. */
const MOVES_MAX = 32;
/** A longer chain is sorted by the platform. */
const INSERTION_SORT_MAX = 24;
const BUCKETS_MIN = 128;
const BUCKETS_MAX = 1 << 21;
/** What a heap operation counts for among the wasted steps. */
const HEAP_STEPS = 8;
/** Wasted steps per event that are no reason to choose the width anew, and a number that never is. */
const WASTE_PER_EVENT = 4;
const WASTE_MIN = 4096;

export class CalendarQueue implements EventQueue {
  size = 0;
  takenAt = 0;
  private readonly slots = new EventSlots();
  /** Slots, sorted in [first, last); other places are stale. */
  private front = new Int32Array(4 * SMALL_MAX);
  /** When the events of the front are due, place by place. */
  private frontAt = new Float64Array(4 * SMALL_MAX);
  private first = 0;
  private last = 0;
  /** Events at or after it are in buckets or in the heap; infinite while there are no buckets. */
  private frontEnd = Number.POSITIVE_INFINITY;
  /** First slot of each chain, −1 for an empty one. */
  private buckets = new Int32Array(0);
  /** One bit per bucket that is not empty. */
  private filled = new Int32Array(0);
  private inBuckets = 0;
  /** The slice before `frontEnd`; slice s, counted from the start of time, is bucket s modulo their number. */
  private slice = 0;
  /** Width of a slice in nanoseconds, a power of two, and its inverse. */
  private width = 1;
  private slicesPerNanosecond = 1;
  private readonly side = new SlotHeap(this.slots);
  // since the width was chosen: steps wasted because slices are too narrow, or too wide, and events taken
  private skipped = 0;
  private moved = 0;
  private taken = 0;

  push(event: SimEvent, at: number): void {
    const slot = this.slots.add(event, at);
    this.size++;
    if (at < this.frontEnd) this.insert(slot, at);
    else this.pushBehind(slot, at);
  }

  /** Into the bucket or heap of an event that is not due soon. */
  private pushBehind(slot: number, at: number): void {
    const ahead = Math.floor(at * this.slicesPerNanosecond) - this.slice;
    const count = this.buckets.length;
    if (ahead < count) this.chain(slot, (this.slice + ahead) & (count - 1));
    else {
      this.side.push(slot);
      this.skipped += HEAP_STEPS;
    }
    if (this.size > count && count < BUCKETS_MAX) this.rebuild(0);
  }

  take(until: number): SimEvent | undefined {
    if (this.first === this.last) this.refill();
    const { first, side } = this;
    const slot = this.front[first] as number;
    const at = this.frontAt[first] as number;
    if (first === this.last || at >= side.firstAt) {
      if (first === this.last || !this.slots.precedes(slot, side.first))
        return this.takeAside(until);
    }
    if (at > until) return undefined;
    this.first = first + 1;
    this.size--;
    this.taken++;
    this.takenAt = at;
    return this.slots.remove(slot);
  }

  firstDue(): number {
    if (this.first === this.last) this.refill();
    const side = this.side.firstAt;
    return this.first === this.last ? side : Math.min(side, this.frontAt[this.first] as number);
  }

  /** `take` when the first event is in the heap, or nowhere. */
  private takeAside(until: number): SimEvent | undefined {
    const { side } = this;
    const at = side.firstAt;
    if (side.first === NONE || at > until) return undefined;
    this.size--;
    this.taken++;
    this.takenAt = at;
    return this.slots.remove(side.pop());
  }

  /** Puts a new event of before `frontEnd` into its place, from behind: most events come later than those that wait. */
  private insert(slot: number, at: number): void {
    const { front, frontAt, first, last } = this;
    const lowest = last - first <= MOVES_MAX ? first : last - MOVES_MAX;
    let place = last;
    // a new event runs after all others of its instant
    while (place > lowest && at < (frontAt[place - 1] as number)) {
      front[place] = front[place - 1] as number;
      frontAt[place] = frontAt[place - 1] as number;
      place--;
    }
    front[place] = slot;
    frontAt[place] = at;
    this.last = last + 1;
    this.moved += last - place;
    if (place === lowest || last - first >= SMALL_MAX || last + 1 === front.length)
      this.checkFront(place, lowest);
  }

  /** After an insertion at `place` of the front, which may have grown too long or been searched in vain. */
  private checkFront(place: number, lowest: number): void {
    if (this.frontEnd === Number.POSITIVE_INFINITY) {
      if (this.last - this.first > SMALL_MAX) this.rebuild(0);
    } else if (place === lowest && lowest > this.first && this.misplaced(place))
      this.moveAside(place);
    if (this.last === this.front.length) this.makeRoom();
  }

  private misplaced(place: number): boolean {
    return (this.frontAt[place] as number) < (this.frontAt[place - 1] as number);
  }

  /** Takes the event at `place` out of the front again, for the heap. */
  private moveAside(place: number): void {
    this.side.push(this.front[place] as number);
    this.front.copyWithin(place, place + 1, this.last);
    this.frontAt.copyWithin(place, place + 1, this.last);
    this.last--;
    this.checkWaste();
  }

  /** The front has come to the end of its arrays: moves it to the beginning, or to longer ones. */
  private makeRoom(): void {
    const { front, frontAt, first, last } = this;
    if (first < last >> 1) {
      this.lengthenFront();
      this.front.set(front);
      this.frontAt.set(frontAt);
    }
    this.front.copyWithin(0, first, last);
    this.frontAt.copyWithin(0, first, last);
    this.first = 0;
    this.last = last - first;
  }

  private lengthenFront(): void {
    this.front = new Int32Array(2 * this.front.length);
    this.frontAt = new Float64Array(this.front.length);
  }

  private chain(slot: number, bucket: number): void {
    const next = this.buckets[bucket] as number;
    this.slots.next[slot] = next;
    this.buckets[bucket] = slot;
    this.inBuckets++;
    if (next !== NONE) return;
    const word = bucket >> 5;
    this.filled[word] = (this.filled[word] as number) | (1 << (bucket & 31));
  }

  /** The front is empty: moves it on to the next event's slice. */
  private refill(): void {
    this.first = 0;
    this.last = 0;
    if (this.frontEnd === Number.POSITIVE_INFINITY) return;
    if (this.size <= SMALL_MAX / 4) this.rebuild(0);
    else this.checkWaste();
    if (this.frontEnd === Number.POSITIVE_INFINITY) return;
    const sideSlice = Math.floor(this.side.firstAt * this.slicesPerNanosecond);
    const slice = this.inBuckets === 0 ? sideSlice : this.nextFilled();
    this.slice = Math.min(slice, sideSlice);
    this.frontEnd = (this.slice + 1) * this.width;
    if (slice <= sideSlice && this.inBuckets > 0) this.unchain(slice & (this.buckets.length - 1));
  }

  /** The first slice after the present one whose bucket is not empty; there is one. */
  private nextFilled(): number {
    const { filled } = this;
    const mask = this.buckets.length - 1;
    const start = (this.slice + 1) & mask;
    let word = start >> 5;
    let bits = (filled[word] as number) & (-1 << (start & 31));
    while (bits === 0) {
      word = (word + 1) & (mask >> 5);
      bits = filled[word] as number;
      this.skipped++;
    }
    const bucket = (word << 5) + 31 - Math.clz32(bits & -bits);
    return this.slice + 1 + ((bucket - start) & mask);
  }

  /** Moves a bucket's events into the front, which is empty, and sorts them. */
  private unchain(bucket: number): void {
    const next = this.slots.next;
    const chain = this.buckets[bucket] as number;
    if (chain === NONE) return;
    this.buckets[bucket] = NONE;
    const word = bucket >> 5;
    this.filled[word] = (this.filled[word] as number) & ~(1 << (bucket & 31));
    let slot = next[chain] as number;
    if (slot === NONE) {
      this.front[0] = chain;
      this.frontAt[0] = this.slots.at[chain] as number;
      this.inBuckets--;
      this.last = 1;
      return;
    }
    let count = 1;
    for (; slot !== NONE; slot = next[slot] as number) count++;
    while (count >= this.front.length) this.lengthenFront();
    // a chain begins with its newest event; in the order of pushing it is the sooner sorted, ties above all
    let place = count;
    for (slot = chain; slot !== NONE; slot = next[slot] as number) this.front[--place] = slot;
    this.inBuckets -= count;
    this.last = count;
    this.sortFront();
  }

  /** Sorts the slots of the front, which begins at 0, and notes when they are due. */
  private sortFront(): void {
    const { front, frontAt, last, slots } = this;
    if (last > INSERTION_SORT_MAX) {
      front.subarray(0, last).sort((a, b) => (slots.precedes(a, b) ? -1 : 1));
      for (let i = 0; i < last; i++) frontAt[i] = slots.at[front[i] as number] as number;
      this.moved += last * HEAP_STEPS;
      return;
    }
    for (let i = 0; i < last; i++) {
      const slot = front[i] as number;
      const at = slots.at[slot] as number;
      let place = i;
      for (; place > 0; place--) {
        const before = frontAt[place - 1] as number;
        if (at > before) break;
        if (at === before && !slots.precedes(slot, front[place - 1] as number)) break;
        front[place] = front[place - 1] as number;
        frontAt[place] = before;
      }
      front[place] = slot;
      frontAt[place] = at;
      this.moved += i - place;
    }
  }

  /** Chooses the width anew when more was wasted than that costs. */
  private checkWaste(): void {
    const allowed = WASTE_PER_EVENT * (this.taken + this.size) + WASTE_MIN;
    if (this.skipped + this.moved > allowed)
      this.rebuild(this.skipped > this.moved ? 4 * this.width : Math.max(1, this.width / 4));
    else if (this.taken > WASTE_MIN + WASTE_PER_EVENT * this.size) this.forgetWaste();
  }

  private forgetWaste(): void {
    this.skipped = 0;
    this.moved = 0;
    this.taken = 0;
  }

  /** Puts all events into slices of `width`, or of one that suits them when it is 0; few into the front. */
  private rebuild(width: number): void {
    const all = this.drain();
    this.forgetWaste();
    if (all.length <= SMALL_MAX / 2) {
      this.frontEnd = Number.POSITIVE_INFINITY;
      this.front.set(all);
      this.last = all.length;
      this.sortFront();
      return;
    }
    this.makeBuckets(all.length);
    const at = this.slots.at;
    this.width = width === 0 ? sliceWidth(all, at) : width;
    this.slicesPerNanosecond = 1 / this.width;
    let earliest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < all.length; i++)
      earliest = Math.min(earliest, at[all[i] as number] as number);
    const count = this.buckets.length;
    const start = Math.floor(earliest * this.slicesPerNanosecond);
    this.slice = start - 1;
    this.frontEnd = start * this.width;
    for (let i = 0; i < all.length; i++) {
      const slot = all[i] as number;
      const slice = Math.floor((at[slot] as number) * this.slicesPerNanosecond);
      if (slice - start < count - 1) this.chain(slot, slice & (count - 1));
      else this.side.push(slot);
    }
  }

  /** Takes all slots out, in no order. */
  private drain(): number[] {
    const all: number[] = [];
    for (let i = this.first; i < this.last; i++) all.push(this.front[i] as number);
    this.first = 0;
    this.last = 0;
    for (let i = 0; i < this.buckets.length && this.inBuckets > 0; i++) {
      for (let slot = this.buckets[i] as number; slot !== NONE; ) {
        all.push(slot);
        this.inBuckets--;
        slot = this.slots.next[slot] as number;
      }
      this.buckets[i] = NONE;
    }
    this.filled.fill(0);
    this.side.drainTo(all);
    return all;
  }

  /** Provides for `size` events and as many again; never fewer buckets than before. */
  private makeBuckets(size: number): void {
    let count = Math.max(BUCKETS_MIN, this.buckets.length);
    while (count < 2 * size && count < BUCKETS_MAX) count *= 2;
    if (count === this.buckets.length) return;
    this.buckets = new Int32Array(count).fill(NONE);
    this.filled = new Int32Array(count >> 5);
  }
}
