import type { SimEvent } from "./event.ts";

/** Pending events in the total order (instant, sequence). Two implementations give the same order. */
export interface EventQueue {
  readonly size: number;
  /** Adds an event whose `at` and `sequence` are set. */
  push(event: SimEvent): void;
  /** Removes and returns the first event; undefined when there is none. */
  pop(): SimEvent | undefined;
  /** The first event, left in the queue; undefined when there is none. */
  peek(): SimEvent | undefined;
}
