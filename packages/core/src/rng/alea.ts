/**
 * Johannes Baagøe's generator Alea: three fractions and a carry, multiplied with carry. Its draws are those of
 * `seedrandom.alea`; what differs is what a stream costs that is drawn from once, as most streams of a small lab are. All is
 * arithmetic of doubles that every engine rounds alike.
 */

const TWO_TO_32 = 2 ** 32;
const MULTIPLIER = 2_091_639;
/** Of the hash that makes fractions of a text. */
const HASH_START = 0xefc8249d;
const HASH_FACTOR = 0.02519603282416938;

/** The hash `from` after one more UTF-16 unit. */
function mixed(from: number, unit: number): number {
  const product = (from + unit) * HASH_FACTOR;
  const whole = product >>> 0;
  const spread = (product - whole) * whole;
  const low = spread >>> 0;
  return low + (spread - low) * TWO_TO_32;
}

/** The hash `from` after a text, given as its units. */
function mixedWith(from: number, units: readonly number[]): number {
  let hash = from;
  for (let i = 0; i < units.length; i++) hash = mixed(hash, units[i] as number);
  return hash;
}

const fractionOf = (hash: number): number => (hash >>> 0) / TWO_TO_32;

const wrapped = (fraction: number): number => (fraction < 0 ? fraction + 1 : fraction);

/** UTF-16's space. */
const BLANK = 0x20;
/** The hash goes on from text to text, and every text begins with the same three spaces. */
const BLANKS = [1, 2, 3].map((count) =>
  mixedWith(HASH_START, new Array<number>(count).fill(BLANK)),
);
const [BLANK_0, BLANK_1, BLANK_2] = BLANKS.map(fractionOf) as [number, number, number];
const AFTER_BLANKS = BLANKS[2] as number;

export class Alea {
  private first: number;
  private second: number;
  private third: number;
  private carry = 1;

  /** `units`: those of the seed's text in UTF-16. */
  constructor(units: readonly number[]) {
    let hash = mixedWith(AFTER_BLANKS, units);
    this.first = wrapped(BLANK_0 - fractionOf(hash));
    hash = mixedWith(hash, units);
    this.second = wrapped(BLANK_1 - fractionOf(hash));
    hash = mixedWith(hash, units);
    this.third = wrapped(BLANK_2 - fractionOf(hash));
  }

  /** A fraction of 32 random bits, in [0, 1). */
  draw(): number {
    const next = MULTIPLIER * this.first + this.carry / TWO_TO_32;
    this.first = this.second;
    this.second = this.third;
    this.carry = next | 0;
    this.third = next - this.carry;
    return this.third;
  }
}
