/**
 * A coarse timer, as the kernel's `struct timer_list`: it fires late, never early, by the grain of the wheel. Arm and
 * cancel cost the same whatever else is pending; see timer-wheel.ts.
 */
import type { Instant } from "./instant.ts";

export abstract class Timer {
  /** When it was asked to fire; the wheel may be later by its grain. Meaningless while not armed. */
  due: Instant = 0 as Instant;
  /** Bucket that holds it, −1 while it is not armed; the wheel's own. */
  bucket = -1;
  next: Timer | null = null;
  previous: Timer | null = null;

  get armed(): boolean {
    return this.bucket >= 0;
  }

  /** Runs when the wheel has come to it; the timer is no longer armed then and may be armed again. */
  abstract expire(): void;
}
