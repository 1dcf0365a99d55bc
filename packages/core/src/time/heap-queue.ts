/** A binary heap of events: the plain queue that the fast one is checked against. */
import type { Receiver, SimEvent } from "./event.ts";
import type { EventQueue } from "./event-queue.ts";
import { Pending } from "./pending.ts";

export class HeapQueue implements EventQueue {
  taken = 0;
  private readonly heap: Pending[] = [];
  private sequence = 0;

  get size(): number {
    return this.heap.length;
  }

  push(what: SimEvent | object, receiver: Receiver<object> | null, at: number): void {
    const heap = this.heap;
    const entry = new Pending(at);
    entry.what = what;
    entry.receiver = receiver;
    entry.sequence = this.sequence++;
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Pending;
      if (!entry.precedes(above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  }

  take(): Pending {
    const heap = this.heap;
    const first = heap[0] as Pending;
    const last = heap.pop() as Pending;
    if (heap.length > 0) this.sink(last);
    this.taken++;
    return first;
  }

  firstDue(): number {
    return this.heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  renewed(): this {
    return this;
  }

  /** Puts `entry` into the heap whose top is free. */
  private sink(entry: Pending): void {
    const heap = this.heap;
    const size = heap.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      let below = heap[child] as Pending;
      if (child + 1 < size && (heap[child + 1] as Pending).precedes(below))
        below = heap[++child] as Pending;
      if (!below.precedes(entry)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = entry;
  }
}
