/**
 * Random numbers from a text (the Alea generator), drawn from streams with names, so that one more draw somewhere moves
 * nothing elsewhere. Whole numbers only: what is computed with them is the same on every engine.
 */
import seedrandom from "seedrandom";
import { assert } from "../base/assert.ts";

/** A reproducible source of randomness. The only one: `Math.random` is banned in core. */
export interface Rng {
  /** A uniform integer in [0, bound), where 0 < bound ≤ 2^32. */
  below(bound: number): number;
  /** An independent stream: the same seed and name give the same draws, whatever else was drawn. */
  stream(name: string): Rng;
}

export function createRng(seed: string): Rng {
  // made at the first draw: many streams of a small lab are never drawn from
  let draw: (() => number) | null = null;
  return {
    below(bound) {
      assert(bound > 0 && bound <= 2 ** 32, `bound out of range: ${bound}`);
      draw ??= seedrandom.alea(seed);
      return Math.floor(draw() * bound);
    },
    stream: (name) => createRng(`${seed}/${name}`),
  };
}
