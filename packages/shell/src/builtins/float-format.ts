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

const fixed = (value: number, digits: number): string =>
  value < 1e21
    ? value.toFixed(digits)
    : BigInt(value).toString() + (digits > 0 ? `.${"0".repeat(digits)}` : "");

function exponential(value: number, digits: number): string {
  const [mantissa = "0", exponent = "0"] = value.toExponential(digits).split("e");
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
