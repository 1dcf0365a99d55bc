/**
 * What a wild lab is made from: hosts with any configuration, and acts that have no sense. Everything is drawn from streams
 * of the seed, one for each host and each act, so that a plan says which of them there are.
 */
import { createRng, type Duration, type Rng } from "@lvsim/core";
import { chance, pick } from "../chance.ts";

export interface WildPlan {
  readonly seed: string;
  /** Numbers of the hosts, from 0. */
  readonly hosts: readonly number[];
  /** Numbers of the acts, from 0, in order. */
  readonly acts: readonly number[];
  /** Whether there are tunnels between them. */
  readonly tunnels: boolean;
}

/** What is the same for all hosts of a lab. */
export const shapeOf = (
  rng: Rng,
): { readonly hosts: number; readonly segments: number; readonly delay: Duration } => {
  const shape = rng.stream("shape");
  return {
    hosts: 2 + shape.below(4),
    segments: 1 + shape.below(3),
    delay: pick(shape, [0, 10_000, 1_000_000]) as Duration,
  };
};

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export function wildPlan(seed: string): WildPlan {
  const rng = createRng(seed);
  return {
    seed,
    hosts: upTo(shapeOf(rng).hosts),
    acts: upTo(5 + rng.below(30)),
    tunnels: chance(rng, 25),
  };
}
