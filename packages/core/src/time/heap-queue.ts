/** A binary heap of events: the plain queue that the fast one is checked against. */
import type { SimEvent } from "./event.ts";
import type { EventQueue } from "./event-queue.ts";

interface Entry {
  readonly event: SimEvent;
  readonly at: number;
  /** Its place in the order of pushing. */
  readonly sequence: number;
}

const precedes = (a: Entry, b: Entry): boolean =>
  a.at === b.at ? a.sequence < b.sequence : a.at < b.at;

export class HeapQueue implements EventQueue {
  takenAt = 0;
  private readonly heap: Entry[] = [];
  private sequence = 0;

  get size(): number {
    return this.heap.length;
  }

  push(event: SimEvent, at: number): void {
    const heap = this.heap;
    const entry: Entry = { event, at, sequence: this.sequence++ };
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as Entry;
      if (!precedes(entry, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  }

  take(until: number): SimEvent | undefined {
    const heap = this.heap;
    const first = heap[0];
    if (first === undefined || first.at > until) return undefined;
    const last = heap.pop() as Entry;
    if (heap.length > 0) this.sink(last);
    this.takenAt = first.at;
    return first.event;
  }

  firstDue(): number {
    return this.heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Puts `entry` into the heap whose top is free. */
  private sink(entry: Entry): void {
    const heap = this.heap;
    const size = heap.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      let below = heap[child] as Entry;
      if (child + 1 < size && precedes(heap[child + 1] as Entry, below))
        below = heap[++child] as Entry;
      if (!precedes(below, entry)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = entry;
  }
}
