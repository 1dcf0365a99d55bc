/** A binary heap of pending events, in their total order: the calendar's place for those that suit no bucket. */
import type { Pending } from "./pending.ts";

export class PendingHeap {
  /** When the first event is due; infinite when there is none. */
  firstAt = Number.POSITIVE_INFINITY;
  private readonly heap: Pending[] = [];

  /** Whether its first event runs before that of `pending`, which ends a chain if it holds none. */
  precedes(pending: Pending): boolean {
    return this.heap.length > 0 && (this.heap[0] as Pending).precedes(pending);
  }

  push(pending: Pending): void {
    const { heap } = this;
    let place = heap.length;
    heap.push(pending);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Pending;
      if (!pending.precedes(above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = pending;
    this.firstAt = (heap[0] as Pending).at;
  }

  /** Removes the first; there is one. */
  pop(): Pending {
    const { heap } = this;
    const first = heap[0] as Pending;
    const last = heap.pop() as Pending;
    if (heap.length === 0) this.firstAt = Number.POSITIVE_INFINITY;
    else this.sink(last);
    return first;
  }

  /** Moves all to the end of `target`, in no order. */
  drainTo(target: Pending[]): void {
    for (let i = 0; i < this.heap.length; i++) target.push(this.heap[i] as Pending);
    this.heap.length = 0;
    this.firstAt = Number.POSITIVE_INFINITY;
  }

  /** Puts `pending` into the heap whose top is free. */
  private sink(pending: Pending): void {
    const { heap } = this;
    const size = heap.length;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      let below = heap[child] as Pending;
      if (child + 1 < size && (heap[child + 1] as Pending).precedes(below))
        below = heap[++child] as Pending;
      if (!below.precedes(pending)) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = pending;
    this.firstAt = (heap[0] as Pending).at;
  }
}
