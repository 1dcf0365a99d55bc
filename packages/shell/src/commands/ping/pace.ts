/**
 * When `ping` sends: a bucket of milliseconds that fills with time and pays one interval for each probe, so that a late
 * probe may be caught up with as far as the preload allows. Without an interval (a flood) the next probe follows the
 * answer to the last, or comes 10 ms after it.
 */
import { elapsed, type Instant } from "@lvsim/core";

const SHORTEST = 10;

export class Pace {
  /** Milliseconds between probes; adapting changes it. */
  interval: number;
  private readonly preload: number;
  private tokens = 0;
  private lastAt: Instant | null = null;

  constructor(interval: number, preload: number) {
    this.interval = interval;
    this.preload = preload;
  }

  /** When the probe that was sent last was due; null before the first. */
  get last(): Instant | null {
    return this.lastAt;
  }

  /** Takes a probe out of the bucket at `now`: 0 when one may be sent, else the milliseconds to wait. */
  take(now: Instant, inFlight: number): number {
    const { interval, preload } = this;
    if (this.lastAt === null) {
      this.lastAt = now;
      this.tokens = interval * (preload - 1);
      return 0;
    }
    let tokens = Math.floor(elapsed(this.lastAt, now) / 1_000_000);
    if (interval === 0 && tokens < SHORTEST && inFlight >= preload) return SHORTEST - tokens;
    tokens = Math.min(tokens + this.tokens, interval * preload);
    if (tokens < interval) return interval - tokens;
    this.lastAt = now;
    this.tokens = tokens - interval;
    return 0;
  }

  /** After a probe: milliseconds until the next may go. */
  get rest(): number {
    return this.interval - this.tokens;
  }

  /** A probe could not be sent: nothing is caught up with. */
  failed(): number {
    this.tokens = 0;
    return Math.max(this.interval, SHORTEST);
  }
}
