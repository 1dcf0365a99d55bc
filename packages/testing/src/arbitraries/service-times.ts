/** How long connections last: all alike, without memory, or a few of them very much longer than the rest. */
import fc from "fast-check";
import { HEAVY_TAILED, MEMORYLESS } from "./spread.ts";

export interface ServiceTimesOptions {
  /** How many; one for each connection. */
  readonly count: number;
  /** In milliseconds; 1000 unless said. */
  readonly meanMs?: number;
}

/** Durations in milliseconds, at least 1; they shrink to all being 1. */
export function serviceTimes({
  count,
  meanMs = 1000,
}: ServiceTimesOptions): fc.Arbitrary<number[]> {
  const size = { minLength: count, maxLength: count };
  const spread = (quantiles: readonly number[]): fc.Arbitrary<number[]> =>
    fc.array(
      fc
        .nat({ max: quantiles.length })
        // the first is no quantile: it is what a duration shrinks to
        .map((i) => Math.max(Math.round(((quantiles[i - 1] ?? 0) * meanMs) / 1000), 1)),
      size,
    );
  const alike = fc
    .integer({ min: 1, max: 2 * meanMs })
    .map((each) => new Array<number>(count).fill(each));
  return fc.oneof({ withCrossShrink: true }, spread(MEMORYLESS), spread(HEAVY_TAILED), alike);
}
