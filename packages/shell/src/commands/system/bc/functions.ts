/** The functions of bc -l from whole numbers: series with more decimals than asked for, then cut. */
import {
  added,
  type Decimal,
  decimal,
  divided,
  isZero,
  multiplied,
  negated,
  ONE,
  order,
  withScale,
  ZERO,
} from "./decimal.ts";

const GUARD = 8;

const cut = (value: Decimal, scale: number): Decimal => ({
  digits: withScale(value, scale),
  scale,
});

/** Sums terms until they vanish; `next` makes the term after `term`, the `i`th. */
function series(
  first: Decimal,
  scale: number,
  next: (term: Decimal, i: number) => Decimal,
): Decimal {
  let sum = first;
  let term = first;
  for (let i = 1; !isZero(cut(term, scale)); i++) {
    term = next(term, i);
    sum = added(sum, term);
  }
  return sum;
}

export function exponential(x: Decimal, scale: number): Decimal {
  const work = scale + GUARD + Math.ceil(Math.abs(Number(withScale(x, 0))) / 2);
  let small = x;
  let halvings = 0;
  while (order(small, ONE) > 0 || order(small, negated(ONE)) < 0) {
    small = divided(small, decimal(2), work);
    halvings++;
  }
  let value = series(ONE, work, (term, i) =>
    divided(multiplied(term, small, work), decimal(i), work),
  );
  for (; halvings > 0; halvings--) value = multiplied(value, value, work);
  return cut(value, scale);
}

export function logarithm(x: Decimal, scale: number): Decimal {
  if (x.digits <= 0n)
    return divided(added(ONE, negated(decimal(10n ** BigInt(scale)))), ONE, scale);
  const work = scale + GUARD;
  let value = x;
  let doublings = 0;
  const two = decimal(2);
  while (order(value, two) >= 0) {
    value = divided(value, two, work);
    doublings++;
  }
  while (order(value, decimal(5, 1)) <= 0) {
    value = multiplied(value, two, work);
    doublings--;
  }
  const sum = added(
    artanhTwice(value, work),
    multiplied(artanhTwice(two, work), decimal(doublings), work),
  );
  return cut(sum, scale);
}

/** The logarithm of a number near 1. */
function artanhTwice(value: Decimal, work: number): Decimal {
  const t = divided(added(value, negated(ONE)), added(value, ONE), work);
  const square = multiplied(t, t, work);
  let power = t;
  let sum = t;
  for (let i = 3; !isZero(cut(power, work)); i += 2) {
    power = cut(multiplied(power, square, work), work);
    sum = added(sum, divided(power, decimal(i), work));
  }
  return multiplied(sum, decimal(2), work);
}

export function arctangent(x: Decimal, scale: number): Decimal {
  const work = scale + GUARD;
  if (order(x, ONE) > 0)
    return cut(added(halfPi(work), negated(arctangent(divided(ONE, x, work), work))), scale);
  if (x.digits < 0n) return negated(arctangent(negated(x), scale));
  // twice the angle of x / (1 + √(1 + x²)), by Euler's series
  const square = multiplied(x, x, work);
  const one = added(ONE, square);
  const ratio = divided(square, one, work);
  const sum = series(divided(x, one, work), work, (term, i) =>
    divided(
      multiplied(multiplied(term, ratio, work), decimal(2 * i), work),
      decimal(2 * i + 1),
      work,
    ),
  );
  return cut(sum, scale);
}

/** By Machin's formula. */
function halfPi(scale: number): Decimal {
  const inverse = (n: number): Decimal => {
    const first = divided(ONE, decimal(n), scale + GUARD);
    let power = first;
    let sum = first;
    for (let i = 3, sign = -1; !isZero(power); i += 2, sign = -sign) {
      power = divided(power, decimal(n * n), scale + GUARD);
      const term = divided(power, decimal(i), scale + GUARD);
      sum = added(sum, sign < 0 ? negated(term) : term);
    }
    return sum;
  };
  return added(
    multiplied(inverse(5), decimal(8), scale + GUARD),
    negated(multiplied(inverse(239), decimal(2), scale + GUARD)),
  );
}

export function sine(x: Decimal, scale: number): Decimal {
  const work = scale + GUARD;
  const turn = multiplied(halfPi(work + GUARD), decimal(4), work + GUARD);
  const turns = withScale(divided(x, turn, 0), 0);
  const small = cut(added(x, negated(multiplied(turn, decimal(turns), work + GUARD))), work);
  const square = multiplied(small, small, work);
  const sum = series(small, work, (term, i) =>
    negated(divided(cut(multiplied(term, square, work), work), decimal(2 * i * (2 * i + 1)), work)),
  );
  return isZero(x) ? ZERO : cut(sum, scale);
}

export const cosine = (x: Decimal, scale: number): Decimal =>
  sine(added(x, halfPi(scale + GUARD)), scale);
