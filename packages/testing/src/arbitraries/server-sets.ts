/** Real servers of one service: weights, and the thresholds of `ipvsadm -x -y` where wanted. */
import fc from "fast-check";
import { type WeightsOptions, weights } from "./weights.ts";

export interface ServerSpec {
  readonly weight: number;
  /** Connections at which it counts as overloaded; 0 for no limit. */
  readonly upper: number;
  /** Connections below which it no longer does; 0 for three quarters of `upper`. */
  readonly lower: number;
}

export interface ServerSetsOptions extends WeightsOptions {
  /** The greatest upper threshold; 0 unless said, so that no server has any. */
  readonly thresholdMax?: number;
}

/** Several servers, shrinking to few of weight 1 without thresholds. */
export function serverSets(options: ServerSetsOptions = {}): fc.Arbitrary<ServerSpec[]> {
  const { thresholdMax = 0 } = options;
  const plain = weights(options);
  if (thresholdMax === 0) return plain.map((all) => all.map(withoutThresholds));
  const thresholds = fc
    .tuple(fc.nat({ max: thresholdMax }), fc.nat({ max: thresholdMax }))
    .map(([upper, lower]) => ({ upper, lower: Math.min(lower, upper) }));
  return plain.chain((all) =>
    fc
      .array(thresholds, { minLength: all.length, maxLength: all.length })
      .map((each) => each.map((limits, i) => ({ weight: all[i] ?? 1, ...limits }))),
  );
}

const withoutThresholds = (weight: number): ServerSpec => ({ weight, upper: 0, lower: 0 });
