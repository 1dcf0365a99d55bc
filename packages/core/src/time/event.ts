import type { Instant } from "./instant.ts";

/** Something that happens at an instant of simulated time. Subclasses hold plain fields only. */
export abstract class SimEvent {
  /** When it happens, in nanoseconds since the start; set by the engine. */
  at: Instant = 0 as Instant;
  /** Its place among events of the same instant; set by the engine. */
  sequence = 0;

  /** Runs once, when simulated time has come to `at`. */
  abstract fire(): void;
}

/** Whether `a` runs before `b`: earlier first; at one instant, in the order of scheduling. */
export const precedes = (a: SimEvent, b: SimEvent): boolean =>
  a.at === b.at ? a.sequence < b.sequence : a.at < b.at;
