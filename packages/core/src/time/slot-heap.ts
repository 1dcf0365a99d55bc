/**
 * A binary heap of places in `EventSlots`, in the total order of events. It holds numbers instead of events, so that sifting
 * compares in typed arrays and follows no pointer.
 */
import type { EventSlots } from "./event-slots.ts";

/** A binary heap of slots: the calendar's place for events that suit no bucket. */
export class SlotHeap {
  /** When the first event is due; infinite when there is none. */
  firstAt = Number.POSITIVE_INFINITY;
  private readonly slots: EventSlots;
  private readonly heap: number[] = [];

  constructor(slots: EventSlots) {
    this.slots = slots;
  }

  /** The slot of the first event; −1 when there is none. */
  get first(): number {
    return this.heap.length === 0 ? -1 : (this.heap[0] as number);
  }

  push(slot: number): void {
    const { heap, slots } = this;
    let place = heap.length;
    heap.push(slot);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] as number;
      if (!slots.precedes(slot, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = slot;
    this.firstAt = slots.at[heap[0] as number] as number;
  }

  /** Removes the first slot; there is one. */
  pop(): number {
    const heap = this.heap;
    const first = heap[0] as number;
    const last = heap.pop() as number;
    if (heap.length === 0) this.firstAt = Number.POSITIVE_INFINITY;
    else this.sink(last);
    return first;
  }

  /** Moves all slots to the end of `target`, in no order. */
  drainTo(target: number[]): void {
    for (let i = 0; i < this.heap.length; i++) target.push(this.heap[i] as number);
    this.heap.length = 0;
    this.firstAt = Number.POSITIVE_INFINITY;
  }

  /** Puts `slot` into the heap whose top is free. */
  private sink(slot: number): void {
    const { heap, slots } = this;
    const size = heap.length;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && slots.precedes(heap[child + 1] as number, heap[child] as number))
        child++;
      const below = heap[child] as number;
      if (!slots.precedes(below, slot)) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = slot;
    this.firstAt = slots.at[heap[0] as number] as number;
  }
}
