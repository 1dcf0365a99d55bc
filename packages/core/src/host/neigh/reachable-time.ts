/**
 * How long a confirmation counts (`neigh_parms.reachable_time`): uniform in [0.5, 1.5) of the base, drawn per
 * device, anew when the base changes and at the first periodic scan more than 300 s after the last draw.
 * Drawn when it is asked for, so that no timer keeps an idle host busy.
 */
import type { Rng } from "../../rng/rng.ts";
import { type Duration, milliseconds } from "../../time/instant.ts";

/** HZ=250. */
const JIFFY_MS = 4;
/** Scans come every 15 s; the first one after more than 300 s is the 21st. */
const REDRAW_INTERVAL = 315e9;

class Draw {
  readonly baseMs: number;
  readonly period: number;
  readonly value: Duration;

  constructor(baseMs: number, period: number, value: Duration) {
    this.baseMs = baseMs;
    this.period = period;
    this.value = value;
  }
}

export class ReachableTime {
  private readonly rng: Rng;
  private draw: Draw | null = null;

  /** `rng` is the device's own stream. */
  constructor(rng: Rng) {
    this.rng = rng;
  }

  at(now: number, baseMs: number): Duration {
    const period = Math.floor(now / REDRAW_INTERVAL);
    if (this.draw === null || this.draw.baseMs !== baseMs || this.draw.period !== period) {
      this.draw = new Draw(baseMs, period, this.random(baseMs));
    }
    return this.draw.value;
  }

  private random(baseMs: number): Duration {
    const base = Math.floor(baseMs / JIFFY_MS);
    if (base === 0) return 0 as Duration;
    return milliseconds((this.rng.below(base) + (base >> 1)) * JIFFY_MS);
  }
}
