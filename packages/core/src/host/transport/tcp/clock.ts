/**
 * TCP's own clocks, as small integers so that a connection holds no floating-point numbers: milliseconds for its
 * timeouts (the kernel counts jiffies of 4 ms) and microseconds for round trips. Both run modulo 2^32, so that only
 * differences (`… | 0`) mean something, up to 24 days and 35 minutes.
 */
import type { Instant } from "../../../time/instant.ts";

export const millisecondsAt = (now: Instant): number => (now / 1_000_000) | 0;
export const microsecondsAt = (now: Instant): number => (now / 1000) | 0;
