/** bc's numbers: whole numbers of any size with a count of decimals, cut off and never rounded (POSIX bc). */

export interface Decimal {
  /** The value times 10 to the power of `scale`. */
  readonly digits: bigint;
  readonly scale: number;
}

const ten = (power: number): bigint => 10n ** BigInt(Math.max(0, power));

export const decimal = (digits: bigint | number, scale = 0): Decimal => ({
  digits: BigInt(digits),
  scale,
});
export const ZERO: Decimal = decimal(0);
export const ONE: Decimal = decimal(1);

/** The same value with `scale` decimals; more are cut off. */
export function withScale({ digits, scale }: Decimal, wanted: number): bigint {
  return wanted >= scale ? digits * ten(wanted - scale) : digits / ten(scale - wanted);
}

export const isZero = ({ digits }: Decimal): boolean => digits === 0n;
export const negated = ({ digits, scale }: Decimal): Decimal => ({ digits: -digits, scale });

export function added(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { digits: withScale(a, scale) + withScale(b, scale), scale };
}

export function order(a: Decimal, b: Decimal): number {
  const { digits } = added(a, negated(b));
  return digits < 0n ? -1 : digits > 0n ? 1 : 0;
}

export function multiplied(a: Decimal, b: Decimal, scale: number): Decimal {
  const whole = a.scale + b.scale;
  const kept = Math.min(whole, Math.max(scale, a.scale, b.scale));
  return { digits: withScale({ digits: a.digits * b.digits, scale: whole }, kept), scale: kept };
}

export function divided(a: Decimal, b: Decimal, scale: number): Decimal {
  return { digits: (a.digits * ten(scale + b.scale)) / (b.digits * ten(a.scale)), scale };
}

/** a − (a/b) × b with the quotient cut at `scale`. */
export function remainder(a: Decimal, b: Decimal, scale: number): Decimal {
  const kept = Math.max(scale + b.scale, a.scale);
  const product = multiplied(divided(a, b, scale), b, kept);
  const { digits } = added(a, negated(product));
  return {
    digits: withScale({ digits, scale: Math.max(a.scale, product.scale) }, kept),
    scale: kept,
  };
}

export function raised(base: Decimal, exponent: bigint, scale: number): Decimal {
  const count = Number(exponent < 0n ? -exponent : exponent);
  const digits = base.digits ** BigInt(count);
  const whole = { digits, scale: base.scale * count };
  if (exponent < 0n) return divided(ONE, whole, scale);
  const kept = Math.min(whole.scale, Math.max(scale, base.scale));
  return { digits: withScale(whole, kept), scale: kept };
}

export function root(value: Decimal, scale: number): Decimal {
  const kept = Math.max(scale, value.scale);
  const wanted = withScale(value, 2 * kept);
  let x = 1n << BigInt(Math.ceil(wanted.toString(2).length / 2));
  for (;;) {
    const next = (x + wanted / (x === 0n ? 1n : x)) >> 1n;
    if (next >= x) break;
    x = next;
  }
  return { digits: x, scale: kept };
}

/** In a base from 2 to 16, or larger ones as groups of decimals; long lines are broken as bc does. */
export function decimalText({ digits, scale }: Decimal, base: number): string {
  const negative = digits < 0n;
  const size = negative ? -digits : digits;
  const whole = size / ten(scale);
  const rest = size % ten(scale);
  let text: string;
  if (base === 10) {
    const decimals = rest.toString().padStart(scale, "0");
    text = (whole === 0n && scale > 0 ? "" : whole.toString()) + (scale > 0 ? `.${decimals}` : "");
    if (size === 0n) text = "0";
  } else text = inBase(whole, rest, scale, base);
  return broken(`${negative && size !== 0n ? "-" : ""}${text}`);
}

function inBase(whole: bigint, rest: bigint, scale: number, base: number): string {
  const shown = (digit: bigint): string =>
    base <= 16
      ? digit.toString(16).toUpperCase()
      : ` ${digit.toString().padStart(String(base - 1).length, "0")}`;
  let text = "";
  for (let left = whole; left > 0n; left /= BigInt(base)) text = shown(left % BigInt(base)) + text;
  if (text === "") text = scale > 0 ? "" : base <= 16 ? "0" : shown(0n);
  if (scale === 0) return text;
  text += ".";
  let part = rest;
  // as many digits as give the same precision
  for (let covered = 1n; covered < ten(scale); covered *= BigInt(base)) {
    part *= BigInt(base);
    text += shown(part / ten(scale));
    part %= ten(scale);
  }
  return text;
}

const LINE = 68;

function broken(text: string): string {
  if (text.length <= LINE + 1) return text;
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += LINE) parts.push(text.slice(at, at + LINE));
  return parts.join("\\\n");
}

/** Digits in any base up to 16; a single digit may be larger than the base. */
export function parseDecimal(text: string, base: number): Decimal {
  const [whole = "", part = ""] = text.split(".");
  if (base === 10 && !/[A-F]/.test(text))
    return decimal(BigInt(`${whole}${part}` || "0"), part.length);
  const limit = text.length === 1 ? 16 : base;
  const value = (digit: string): bigint => BigInt(Math.min(Number.parseInt(digit, 16), limit - 1));
  let digits = 0n;
  for (const digit of whole) digits = digits * BigInt(base) + value(digit);
  let fraction = 0n;
  let divisor = 1n;
  for (const digit of part) {
    fraction = fraction * BigInt(base) + value(digit);
    divisor *= BigInt(base);
  }
  return {
    digits: digits * ten(part.length) + (fraction * ten(part.length)) / divisor,
    scale: part.length,
  };
}
