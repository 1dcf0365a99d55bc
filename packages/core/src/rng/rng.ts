/**
 * Random numbers from a text (the Alea generator), drawn from streams with names, so that one more draw somewhere moves
 * nothing elsewhere. Whole numbers only: what is computed with them is the same on every engine.
 */
import { AssertionError } from "../base/assert.ts";
import { Alea } from "./alea.ts";

/** A reproducible source of randomness. The only one: `Math.random` is banned in core. */
export interface Rng {
  /** A uniform integer in [0, bound), where 0 < bound ≤ 2^32. */
  below(bound: number): number;
  /** An independent stream: the same seed and name give the same draws, whatever else was drawn. */
  stream(name: string): Rng;
}

const SLASH = 0x2f;

class Stream implements Rng {
  private readonly parent: Stream | null;
  private readonly name: string;
  /** Made at the first draw: many streams of a small lab are never drawn from. */
  private generator: Alea | null = null;

  constructor(parent: Stream | null, name: string) {
    this.parent = parent;
    this.name = name;
  }

  below(bound: number): number {
    if (!(bound > 0 && bound <= 2 ** 32)) throw new AssertionError(`bound out of range: ${bound}`);
    this.generator ??= new Alea(this.units());
    return Math.floor(this.generator.draw() * bound);
  }

  stream(name: string): Rng {
    return new Stream(this, name);
  }

  /** The seed, names from the root on with slashes between them, as UTF-16. Texts put together give their units slowly. */
  private units(): number[] {
    const { parent, name } = this;
    const units = parent === null ? [] : parent.units();
    if (parent !== null) units.push(SLASH);
    for (let i = 0; i < name.length; i++) units.push(name.charCodeAt(i));
    return units;
  }
}

export const createRng = (seed: string): Rng => new Stream(null, seed);
