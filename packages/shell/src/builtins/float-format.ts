/** printf's `%e %f %g` for numbers of at least 0, from what the language prints exactly. */

export function formatFloat(
  value: number,
  conversion: string,
  precision: number,
  keepsZeros: boolean,
): string {
  const lower = conversion.toLowerCase();
  const digits = Math.min(precision, 100);
  let text: string;
  if (!Number.isFinite(value)) text = Number.isNaN(value) ? "nan" : "inf";
  else if (lower === "f") text = fixed(value, digits);
  else if (lower === "e") text = exponential(value, digits);
  else text = shortest(value, digits === 0 ? 1 : digits, keepsZeros);
  return conversion === lower ? text : text.toUpperCase();
}

function fixed(value: number, digits: number): string {
  if (value >= 1e21) return BigInt(value).toString() + (digits > 0 ? `.${"0".repeat(digits)}` : "");
  const text = value.toFixed(digits);
  return isTie(value.toFixed(Math.min(100, digits + GUARD)), digits) ? toEven(text) : text;
}

/** More digits than a double needs to show that it is not half-way between two roundings. */
const GUARD = 26;

/** Whether what follows the first `digits` decimals is exactly a half. */
const isTie = (exact: string, digits: number): boolean =>
  /^50*$/.test(exact.slice(exact.indexOf(".") + 1 + digits));

/** C rounds a half to the even neighbour, the language away from zero. */
const toEven = (text: string): string => {
  const last = Number(text.slice(-1));
  return last % 2 === 0 ? text : text.slice(0, -1) + (last - 1);
};

function exponential(value: number, digits: number): string {
  const [rounded = "0", exponent = "0"] = value.toExponential(digits).split("e");
  const [exact = "0"] = value.toExponential(Math.min(100, digits + GUARD)).split("e");
  const mantissa = isTie(exact, digits) ? toEven(rounded) : rounded;
  const sign = exponent.startsWith("-") ? "-" : "+";
  return `${mantissa}e${sign}${exponent.replace(/^[-+]/, "").padStart(2, "0")}`;
}

function shortest(value: number, digits: number, keepsZeros: boolean): string {
  const exponent = value === 0 ? 0 : Number(value.toExponential(digits - 1).split("e")[1]);
  const isPlain = exponent >= -4 && exponent < digits;
  const text = isPlain
    ? fixed(value, Math.max(0, digits - 1 - exponent))
    : exponential(value, digits - 1);
  if (keepsZeros || !text.includes(".")) return text;
  return text.replace(/\.?0+(?=e|$)/, "");
}
