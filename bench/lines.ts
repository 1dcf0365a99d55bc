/** Rounds of measurements become one line for each key: medians, since a busy neighbour disturbs single runs. */
import type { Measurement } from "./workloads/measure.ts";

/** One line of the bench's output. */
export interface Line {
  readonly key: string;
  /** Pieces of work per second of CPU time. */
  readonly per_s?: number;
  /** Nanoseconds of CPU time a piece. */
  readonly ns?: number;
  /** The same in seconds. */
  readonly s?: number;
  /** Memory a piece. */
  readonly octets?: number;
  readonly n: number;
  readonly rounds: number;
  readonly [fact: string]: number | string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** The line of a workload that was measured at least once. */
export function lineOf(key: string, runs: readonly Measurement[]): Line {
  const [first] = runs as [Measurement];
  const each = median(runs.map(({ cpu, n }) => cpu / n));
  const speed =
    first.unit === "per_s"
      ? { per_s: Math.round(1e9 / each) }
      : first.unit === "s"
        ? { s: Math.round(each / 1e6) / 1e3 }
        : { [first.unit]: Math.round(each * 10) / 10 };
  return { key, ...speed, n: first.n, rounds: runs.length, ...first.extra };
}
