/**
 * Random numbers from a text (the Alea generator), drawn from streams with names, so that one more draw somewhere moves
 * nothing elsewhere. Whole numbers only: what is computed with them is the same on every engine.
 */
import seedrandom from "seedrandom";
import { AssertionError } from "../base/assert.ts";

/** A reproducible source of randomness. The only one: `Math.random` is banned in core. */
export interface Rng {
  /** A uniform integer in [0, bound), where 0 < bound ≤ 2^32. */
  below(bound: number): number;
  /** An independent stream: the same seed and name give the same draws, whatever else was drawn. */
  stream(name: string): Rng;
}

class Stream implements Rng {
  private readonly seed: string;
  /** Made at the first draw: many streams of a small lab are never drawn from. */
  private draw: (() => number) | null = null;

  constructor(seed: string) {
    this.seed = seed;
  }

  below(bound: number): number {
    if (!(bound > 0 && bound <= 2 ** 32)) throw new AssertionError(`bound out of range: ${bound}`);
    let { draw } = this;
    if (draw === null) {
      draw = seedrandom.alea(this.seed);
      this.draw = draw;
    }
    return Math.floor(draw() * bound);
  }

  stream(name: string): Rng {
    return new Stream(`${this.seed}/${name}`);
  }
}

export const createRng = (seed: string): Rng => new Stream(seed);
