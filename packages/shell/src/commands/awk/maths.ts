/**
 * exp, log, sin, cos, atan2 and powers from additions and multiplications only, so that every machine gets the same last
 * digit; they agree with libm's in the digits that awk and bc print.
 */

const LN2 = Math.LN2;
/** The same in two parts, the first with zeros at its end. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const HALF_PI = 1.5707963267948966;
/** The rest of π/2 that a double cannot hold. */
const HALF_PI_REST = 6.123233995736766e-17;

/** 2 to the whole power `n`, step by step. */
function scale(value: number, n: number): number {
  let result = value;
  let factor = n < 0 ? 0.5 : 2;
  for (let left = Math.abs(n); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= factor;
    factor *= factor;
  }
  return result;
}

export function exp(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 710) return Number.POSITIVE_INFINITY;
  if (x < -746) return 0;
  const n = Math.round(x / LN2);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  // from the smallest term on
  let sum = 1;
  for (let i = 24; i > 0; i--) sum = 1 + (sum * r) / i;
  // in two steps, since 2^1024 is no double
  const half = Math.trunc(n / 2);
  return scale(scale(sum, half), n - half);
}

export function log(x: number): number {
  if (x < 0 || Number.isNaN(x)) return Number.NaN;
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x === Number.POSITIVE_INFINITY) return x;
  let exponent = 0;
  let mantissa = x;
  while (mantissa >= Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  while (mantissa < Math.SQRT1_2) {
    mantissa *= 2;
    exponent--;
  }
  // 2 artanh((m−1)/(m+1))
  const t = (mantissa - 1) / (mantissa + 1);
  const square = t * t;
  let power = t;
  let sum = 0;
  for (let i = 1; i < 40; i += 2) {
    sum += power / i;
    power *= square;
  }
  return 2 * sum + exponent * LN2;
}

/** Sine of a small angle, and its cosine. */
function series(x: number, first: number): number {
  let term = first === 0 ? 1 : x;
  let sum = term;
  for (let i = first + 1; i < 26; i += 2) {
    term = (-term * x * x) / (i * (i + 1));
    sum += term;
  }
  return sum;
}

function quarter(x: number, turned: number): number {
  if (!Number.isFinite(x)) return Number.NaN;
  const n = Math.round(x / HALF_PI);
  const r = x - n * HALF_PI - n * HALF_PI_REST;
  const place = (((n + turned) % 4) + 4) % 4;
  const value = series(r, place % 2 === 0 ? 1 : 0);
  return place >= 2 ? -value : value;
}

export const sin = (x: number): number => quarter(x, 0);
export const cos = (x: number): number => quarter(x, 1);

function atan(x: number): number {
  if (Math.abs(x) > 1) return (x > 0 ? HALF_PI : -HALF_PI) - atan(1 / x);
  // halved twice, so that the series is short
  let small = x;
  for (let i = 0; i < 2; i++) small /= 1 + Math.sqrt(1 + small * small);
  const square = small * small;
  let power = small;
  let sum = 0;
  for (let i = 1; i < 40; i += 2) {
    sum += i % 4 === 1 ? power / i : -power / i;
    power *= square;
  }
  return 4 * sum;
}

export function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  const below = y < 0 || Object.is(y, -0);
  if (x === 0)
    return y === 0
      ? Object.is(x, -0)
        ? (below ? -2 : 2) * HALF_PI
        : y
      : below
        ? -HALF_PI
        : HALF_PI;
  if (x > 0) return atan(y / x);
  return below ? atan(y / x) - 2 * HALF_PI : atan(y / x) + 2 * HALF_PI;
}

export function power(base: number, exponent: number): number {
  if (exponent === 0) return 1;
  if (Number.isInteger(exponent) && Math.abs(exponent) <= 2 ** 31) {
    let result = 1;
    let factor = base;
    for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) result *= factor;
      factor *= factor;
    }
    return exponent < 0 ? 1 / result : result;
  }
  if (base < 0) return Number.NaN;
  if (base === 0) return exponent > 0 ? 0 : Number.POSITIVE_INFINITY;
  return exponent === 0.5 ? Math.sqrt(base) : exp(exponent * log(base));
}

const MODULUS = 2_147_483_647;

/** Park and Miller's minimal generator: 16807 × x modulo 2³¹ − 1. The numbers of gawk's own random(3) are others. */
export class AwkRandom {
  private state = 1;

  constructor(seed: number) {
    this.seed(seed);
  }

  seed(seed: number): void {
    this.state = (Math.abs(seed) % (MODULUS - 1)) + 1;
    // the first numbers of small seeds are alike
    for (let i = 0; i < 8; i++) this.value();
  }

  /** At least 0, below 1. */
  value(): number {
    const high = Math.floor(this.state / 127_773);
    const next = 16_807 * (this.state - high * 127_773) - 2836 * high;
    this.state = next > 0 ? next : next + MODULUS;
    return (this.state - 1) / MODULUS;
  }
}
