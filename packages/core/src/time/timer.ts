/**
 * A coarse timer, as the kernel's `struct timer_list`: it fires late, never early, by the grain of the wheel. Arm and
 * cancel cost the same whatever else is pending; see timer-wheel.ts.
 */
import type { Instant } from "./instant.ts";

/**
 * A timer's place in the wheel. Timers are of many classes, and V8 reads and writes the fields of few classes much
 * faster than those of many; so what the wheel moves about is of this one.
 */
export class WheelPlace {
  readonly timer: Timer;
  due: Instant;
  /** Bucket that holds it, −1 while the timer is not armed. */
  bucket = -1;
  next: WheelPlace | null = null;
  previous: WheelPlace | null = null;

  constructor(timer: Timer, due: Instant) {
    this.timer = timer;
    this.due = due;
  }
}

export abstract class Timer {
  /** The wheel's own; null until the timer is first armed. */
  place: WheelPlace | null = null;

  get armed(): boolean {
    return this.place !== null && this.place.bucket >= 0;
  }

  /** When it was asked to fire; the wheel may be later by its grain. Meaningless while not armed. */
  get due(): Instant {
    return this.place === null ? (0 as Instant) : this.place.due;
  }

  /** Runs when the wheel has come to it; the timer is no longer armed then and may be armed again. */
  abstract expire(): void;
}
