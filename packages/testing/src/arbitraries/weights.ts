/** Weights as people give them to real servers: mostly small, sometimes all alike, sometimes with a server put at rest. */
import fc from "fast-check";

export interface WeightsOptions {
  /** How many servers at least; 1 unless said. */
  readonly serversMin?: number;
  /** How many servers at most; 8 unless said. */
  readonly serversMax?: number;
  /** The greatest weight, up to ipvsadm's 65535; 100 unless said. */
  readonly weightMax?: number;
  /** Whether a server may be quiesced, that is have weight 0; one always has more. */
  readonly quiesced?: boolean;
}

/** One weight for each of several servers, shrinking to few servers of weight 1. */
export function weights(options: WeightsOptions = {}): fc.Arbitrary<number[]> {
  const { serversMin = 1, serversMax = 8, weightMax = 100, quiesced = false } = options;
  const size = { minLength: serversMin, maxLength: serversMax };
  const weight = fc.oneof(
    { arbitrary: fc.integer({ min: 1, max: Math.min(5, weightMax) }), weight: 4 },
    { arbitrary: fc.integer({ min: 1, max: weightMax }), weight: 2 },
    ...(quiesced ? [{ arbitrary: fc.constant(0), weight: 1 }] : []),
  );
  const alike = fc.tuple(fc.integer({ min: serversMin, max: serversMax }), weight);
  return new Weights(
    fc
      .oneof(
        { arbitrary: fc.array(weight, size), weight: 9 },
        { arbitrary: alike.map(([count, each]) => new Array<number>(count).fill(each)), weight: 1 },
      )
      .filter(isUsable),
    serversMin,
  );
}

const isUsable = (all: readonly number[]): boolean => all.some((each) => each > 0);

/**
 * Lists of numbers shrink item by item, and get stuck where two must change at once. Weights shrink as a whole too: any server
 * may go, all weights may halve or fall by one together, and the order does not matter.
 */
class Weights extends fc.Arbitrary<number[]> {
  private readonly inner: fc.Arbitrary<number[]>;
  private readonly serversMin: number;

  constructor(inner: fc.Arbitrary<number[]>, serversMin: number) {
    super();
    this.inner = inner;
    this.serversMin = serversMin;
  }

  generate(random: fc.Random, bias: number | undefined): fc.Value<number[]> {
    return new fc.Value(this.inner.generate(random, bias).value, undefined);
  }

  canShrinkWithoutContext(value: unknown): value is number[] {
    return Array.isArray(value) && value.every((each) => Number.isInteger(each) && each >= 0);
  }

  shrink(value: number[]): fc.Stream<fc.Value<number[]>> {
    return fc
      .stream(simpler(value, this.serversMin))
      .filter(isUsable)
      .map((each) => new fc.Value(each, undefined));
  }
}

/** Each has fewer servers, or less weight, or less disorder: so shrinking ends. */
function* simpler(all: readonly number[], serversMin: number): IterableIterator<number[]> {
  const half = all.length >> 1;
  if (half >= serversMin && half > 1) yield* [all.slice(0, half), all.slice(half)];
  if (all.length > serversMin)
    for (let i = all.length - 1; i >= 0; i--) yield all.filter((_each, at) => at !== i);
  if (all.some((each) => each > 1)) {
    yield all.map((each) => Math.min(each, 1));
    yield all.map((each) => (each > 1 ? each >> 1 : each));
    yield all.map((each) => (each > 1 ? each - 1 : each));
  }
  for (const [i, each] of all.entries()) {
    // a quiesced server is less simple than one of weight 1
    const lower = each === 0 ? [1] : each === 1 ? [] : [1, each >> 1, each - 1];
    for (const weight of new Set(lower)) yield all.with(i, weight);
  }
  const sorted = [...all].sort((a, b) => b - a);
  if (sorted.some((each, i) => each !== all[i])) yield sorted;
}
