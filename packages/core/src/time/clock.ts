/** The timer wheel is below the engine that owns it; this is the way up. */
import type { SimEvent } from "./event.ts";
import type { Instant } from "./instant.ts";

/** The part of the engine that the timer wheel needs. */
export interface Clock {
  readonly now: Instant;
  /** Puts `event` into the queue at `at`, which is not before `now`. */
  schedule(event: SimEvent, at: Instant): void;
}
