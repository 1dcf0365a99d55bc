/** A binary heap of events: the plain queue that the fast one is checked against. */
import { precedes, type SimEvent } from "./event.ts";
import type { EventQueue } from "./event-queue.ts";

export class HeapQueue implements EventQueue {
  private readonly heap: SimEvent[] = [];

  get size(): number {
    return this.heap.length;
  }

  push(event: SimEvent): void {
    const heap = this.heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as SimEvent;
      if (!precedes(event, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = event;
  }

  pop(): SimEvent | undefined {
    const heap = this.heap;
    const first = heap[0];
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) this.sink(last);
    return first;
  }

  peek(): SimEvent | undefined {
    return this.heap.length === 0 ? undefined : this.heap[0];
  }

  /** Puts `event` into the heap whose top is free. */
  private sink(event: SimEvent): void {
    const heap = this.heap;
    const size = heap.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      let below = heap[child] as SimEvent;
      if (child + 1 < size && precedes(heap[child + 1] as SimEvent, below))
        below = heap[++child] as SimEvent;
      if (!precedes(below, event)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = event;
  }
}
