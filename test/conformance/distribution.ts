/**
 * Choices that a kernel draws at random, judged by their distribution: recorded ones and simulated ones must be able to
 * come from the same source (chi-square test of homogeneity at the level of 0.1 %). A choice is told apart by its server
 * and by whether the one before it was the same: choices that go by load alternate more than the shares of servers say.
 */

/** The normal distribution's quantile at 99.9 %. */
const Z = 3.09;

/** How often each kind of choice was made. */
export class Choices {
  readonly counts = new Map<string, number>();
  private last: string | undefined;

  /** A server's index, or null for none. */
  add(server: unknown): void {
    const name = String(server);
    const kind = name === this.last ? `${name} again` : name;
    this.last = name;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }
}

/** The statistic, and what it exceeds by chance once in a thousand times. */
export function homogeneity(a: Choices, b: Choices): { chiSquare: number; bound: number } {
  const kinds = [...new Set([...a.counts.keys(), ...b.counts.keys()])];
  const [totalA, totalB] = [a.total, b.total];
  let chiSquare = 0;
  for (const kind of kinds) {
    const countA = a.counts.get(kind) ?? 0;
    const countB = b.counts.get(kind) ?? 0;
    chiSquare += (countA * totalB - countB * totalA) ** 2 / (countA + countB);
  }
  return { chiSquare: chiSquare / (totalA * totalB), bound: quantile(kinds.length - 1) };
}

/** The chi-square distribution's quantile at 99.9 %, as Wilson and Hilferty approximate it. */
function quantile(freedom: number): number {
  if (freedom === 0) return 0;
  const spread = 2 / (9 * freedom);
  return freedom * (1 - spread + Z * Math.sqrt(spread)) ** 3;
}
