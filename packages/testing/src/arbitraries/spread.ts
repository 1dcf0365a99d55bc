/**
 * How waits and durations are spread, as quantiles in thousandths of the mean: choosing one of them at random is drawing from
 * the distribution, and the first is the one to shrink to.
 */

const STEPS = 64;

/** Of the exponential distribution: arrivals that know nothing of each other, services without memory. */
export const MEMORYLESS: readonly number[] = Array.from({ length: STEPS }, (_unused, i) =>
  Math.round(-1000 * Math.log(1 - (i + 0.5) / STEPS)),
);

/** Of the Pareto distribution with shape 1.5: many short ones, and a few that take longer than all others together. */
export const HEAVY_TAILED: readonly number[] = Array.from({ length: STEPS }, (_unused, i) =>
  Math.round((1000 / 3) * (1 - (i + 0.5) / STEPS) ** (-2 / 3)),
);
