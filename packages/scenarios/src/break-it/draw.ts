/** Choices from a named random stream: the same seed makes the same ones. */
import type { Rng } from "@lvsim/core";

export class Draw {
  private readonly rng: Rng;

  constructor(rng: Rng) {
    this.rng = rng;
  }

  /** Choices of their own, whatever else is drawn. */
  of(name: string): Draw {
    return new Draw(this.rng.stream(name));
  }

  /** A whole number from `least` to `most`, both inclusive. */
  between(least: number, most: number): number {
    return least + this.rng.below(most - least + 1);
  }

  one<T>(choices: readonly [T, ...T[]]): T;
  one<T>(choices: readonly T[]): T | undefined;
  one<T>(choices: readonly T[]): T | undefined {
    return choices.length === 0 ? undefined : choices[this.rng.below(choices.length)];
  }

  /** True `percent` times in a hundred. */
  often(percent: number): boolean {
    return this.rng.below(100) < percent;
  }

  shuffled<T>(all: readonly T[]): T[] {
    const left = [...all];
    const out: T[] = [];
    while (left.length > 0) out.push(...left.splice(this.rng.below(left.length), 1));
    return out;
  }
}
