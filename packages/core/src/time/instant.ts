/**
 * Simulated time: a whole number of nanoseconds since the run began, so that sums never round.
 * The largest safe integer is 104 days, far beyond any run.
 */
export type Instant = number & { readonly __unit: "ns since start" };
/** A span of simulated time, in nanoseconds. */
export type Duration = number & { readonly __unit: "ns" };

export const START: Instant = 0 as Instant;

export const nanoseconds = (count: number): Duration => Math.round(count) as Duration;
export const microseconds = (count: number): Duration => Math.round(count * 1e3) as Duration;
export const milliseconds = (count: number): Duration => Math.round(count * 1e6) as Duration;
export const seconds = (count: number): Duration => Math.round(count * 1e9) as Duration;

export const later = (from: Instant, by: Duration): Instant => (from + by) as Instant;
export const elapsed = (from: Instant, to: Instant): Duration => (to - from) as Duration;
