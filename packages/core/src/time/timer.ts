/**
 * A coarse timer, as the kernel's `struct timer_list`: it fires late, never early, by the grain of the wheel. Arm and
 * cancel cost the same whatever else is pending; see timer-wheel.ts.
 */

/** The slot of a timer that is not armed. */
export const UNARMED = 0;

export abstract class Timer {
  /** Where the wheel keeps it; the wheel's own. */
  slot = UNARMED;

  get armed(): boolean {
    return this.slot !== UNARMED;
  }

  /** Runs when the wheel has come to it; the timer is no longer armed then and may be armed again. */
  abstract expire(): void;
}

/** Arms and disarms its few timers again and again: it holds a slot of the wheel for each, and tells them apart by it. */
export interface SlotHolder {
  /** The wheel has come to the timer of this slot, which is no longer armed and still held. */
  slotFired(slot: number): void;
}

/** Has so many timers that none is an object: it tells them apart by number and keeps the wheel's slot of each. */
export interface TimerOwner {
  /** The wheel has come to the timer `argument`, whose slot is void. */
  timerFired(argument: number): void;
}
