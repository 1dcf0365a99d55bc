/** The contract of the engine's queue, which the property tests hold the fast queue and the plain one against. */
import type { SimEvent } from "./event.ts";

/**
 * Pending events in the total order (instant, order of pushing). Two implementations give the same order. One event
 * may be in a queue several times.
 */
export interface EventQueue {
  readonly size: number;
  /** When the event taken last was due. */
  readonly takenAt: number;
  /** Adds an event that is due at `at`. */
  push(event: SimEvent, at: number): void;
  /** Removes and returns the first event if it is due at `until` or earlier; undefined when there is none such. */
  take(until: number): SimEvent | undefined;
  /** When the first event is due; infinite when there is none. */
  firstDue(): number;
}
