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
  // 1 first: it is what a weight shrinks to
  const weight = fc.oneof(
    { withCrossShrink: true },
    { arbitrary: fc.integer({ min: 1, max: Math.min(5, weightMax) }), weight: 4 },
    { arbitrary: fc.integer({ min: 1, max: weightMax }), weight: 2 },
    ...(quiesced ? [{ arbitrary: fc.constant(0), weight: 1 }] : []),
  );
  return fc.array(weight, size).filter((all) => all.some((each) => each > 0));
}
