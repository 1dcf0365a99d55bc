/** When connections arrive: regularly, in bursts, or each without regard to the others. */
import fc from "fast-check";
import { MEMORYLESS } from "./spread.ts";

export interface ArrivalsOptions {
  /** How many at least; 1 unless said. */
  readonly countMin?: number;
  /** How many at most; 30 unless said. */
  readonly countMax?: number;
  /** The mean time between two, in milliseconds; 100 unless said. */
  readonly meanMs?: number;
}

/** Instants in milliseconds, ascending from 0; they shrink to few arrivals, all at 0. */
export function arrivals(options: ArrivalsOptions = {}): fc.Arbitrary<number[]> {
  const { countMin = 1, countMax = 30, meanMs = 100 } = options;
  const gaps = (gap: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
    fc.array(gap, { minLength: countMin - 1, maxLength: countMax - 1 });
  const regular = fc
    .tuple(fc.nat({ max: 2 * meanMs }), gaps(fc.constant(0)))
    .map(([gap, row]) => row.map(() => gap));
  const memoryless = gaps(
    fc.nat({ max: MEMORYLESS.length - 1 }).map((i) => scaled(MEMORYLESS[i], meanMs)),
  );
  // mostly at once with the one before, else after a pause
  const bursts = gaps(
    fc.oneof(
      { arbitrary: fc.constant(0), weight: 9 },
      { arbitrary: fc.nat({ max: 20 * meanMs }), weight: 1 },
    ),
  );
  return fc.oneof({ withCrossShrink: true }, bursts, regular, memoryless).map(running);
}

const scaled = (thousandths = 0, mean: number): number => Math.round((thousandths * mean) / 1000);

function running(gaps: readonly number[]): number[] {
  let at = 0;
  return [0, ...gaps.map((gap) => (at += gap))];
}
