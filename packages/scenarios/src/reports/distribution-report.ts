/** How amounts are distributed, as the times of connections: exact ranks, nothing between two values. */

export interface DistributionReport {
  readonly count: number;
  readonly least: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly greatest: number;
  readonly mean: number;
}

/** All zero when there are no values. */
export function distributionReport(values: readonly number[]): DistributionReport {
  const sorted = [...values].sort((a, b) => a - b);
  // the nearest rank: the least value that at least this part of all does not exceed
  const rank = (part: number): number =>
    sorted[Math.max(Math.ceil(part * sorted.length) - 1, 0)] ?? 0;
  return {
    count: sorted.length,
    least: sorted[0] ?? 0,
    median: rank(0.5),
    p90: rank(0.9),
    p99: rank(0.99),
    greatest: sorted.at(-1) ?? 0,
    mean: sorted.length === 0 ? 0 : sorted.reduce((sum, x) => sum + x, 0) / sorted.length,
  };
}
