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
  /** The same queue, now and then in objects made anew; the one that was asked is not used any more. */
  renewed(): EventQueue;
  /** Adds an event that is due at `at`, or with a receiver the arrival of a thing there. */
  push(what: SimEvent | object, receiver: Receiver<object> | null, at: number): void;
  /** When the first event is due; infinite when there is none. */
  firstDue(): number;
  /** Removes the first event, which `firstDue` has found since the last push. What it gives is good until the next push. */
  take(): Pending;
}
