/** The contract of the engine's queue, which the property tests hold the fast queue and the plain one against. */
import type { Receiver, SimEvent } from "./event.ts";
import type { Pending } from "./pending.ts";

/**
 * Pending events in the total order (instant, order of pushing). Two implementations give the same order. One event
 * may be in a queue several times.
 */
export interface EventQueue {
  readonly size: number;
  /** Events taken so far. */
  readonly taken: number;
  /** Adds an event that is due at `at`, or with a receiver the arrival of a thing there. */
  push(what: SimEvent | object, receiver: Receiver<object> | null, at: number): void;
  /** Removes the first event if it is due at `until` or earlier; null when there is none such. It is to be released. */
  take(until: number): Pending | null;
  /** Takes back what `take` gave, which nobody may look at any more. */
  release(pending: Pending): void;
  /** When the first event is due; infinite when there is none. */
  firstDue(): number;
}
