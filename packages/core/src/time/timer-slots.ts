/**
 * Where the wheel keeps its timers: numbered slots from 1, with links and buckets beside them in typed arrays. Timers are
 * of many classes, and V8 reads and writes the fields of few classes much faster than those of many; and what is no object
 * need not be looked at by the garbage collector, which matters for a million connections.
 */
import type { Timer } from "./timer.ts";

const FIRST_SIZE = 32;

export class TimerSlots {
  /** The neighbours in a bucket's list; 0 for none. The list of free slots uses `next`, too. */
  next = new Int32Array(FIRST_SIZE);
  previous = new Int32Array(FIRST_SIZE);
  bucket = new Int16Array(FIRST_SIZE);
  private readonly timers: (Timer | null)[] = [null];
  private free = 0;

  /** Takes a slot for `timer`, which is armed from now on. */
  add(timer: Timer): number {
    let slot = this.free;
    if (slot === 0) slot = this.open();
    this.free = this.next[slot] as number;
    this.timers[slot] = timer;
    timer.slot = slot;
    return slot;
  }

  /** Gives the slot back and returns its timer, which is armed no more. */
  remove(slot: number): Timer {
    const timer = this.timers[slot] as Timer;
    this.timers[slot] = null;
    timer.slot = 0;
    this.next[slot] = this.free;
    this.free = slot;
    return timer;
  }

  /** One slot more, which is free. */
  private open(): number {
    const slot = this.timers.length;
    if (slot === this.next.length) this.grow();
    this.timers.push(null);
    return slot;
  }

  private grow(): void {
    const size = 2 * this.next.length;
    const { next, previous, bucket } = this;
    this.next = new Int32Array(size);
    this.next.set(next);
    this.previous = new Int32Array(size);
    this.previous.set(previous);
    this.bucket = new Int16Array(size);
    this.bucket.set(bucket);
  }
}
