/**
 * awk's values: numbers (IEEE doubles), texts, and input that looks like a number and is both. An unset variable is null,
 * which is "" and 0. Texts are counted in characters of UTF-8 locales.
 */
import { formatFloat } from "../../builtins/float-format.ts";

/** Text from outside (fields, -v, getline, split) that looks like a number. */
class InputNumber {
  readonly text: string;
  readonly number: number;

  constructor(text: string, number: number) {
    this.text = text;
    this.number = number;
  }
}

export type Scalar = string | number | InputNumber | null;

const LEADING = /^[ \t\n\r\f\v]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/;
const WHOLE = /^[ \t\n\r\f\v]*[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)[ \t\n\r\f\v]*$/;
/** The only words that count as numbers, and only with a sign. */
const SPECIAL = /^[ \t\n]*([-+])(inf|nan)[ \t\n]*$/i;

const special = (text: string): number | undefined => {
  const found = SPECIAL.exec(text);
  if (found === null) return undefined;
  if (found[2]?.toLowerCase() === "nan") return Number.NaN;
  return found[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
};

export function textToNumber(text: string): number {
  const found = LEADING.exec(text);
  return found === null ? (special(text) ?? 0) : Number(found[0]);
}

/** A value from outside. */
export function inputValue(text: string): Scalar {
  const code = text.charCodeAt(0);
  // letters begin no number: most fields end here
  if (code > 64) return text;
  if (WHOLE.test(text)) return new InputNumber(text, Number(text));
  const number = special(text);
  return number === undefined ? text : new InputNumber(text, number);
}

export function toNumber(value: Scalar): number {
  if (typeof value === "number") return value;
  if (typeof value === "string") return textToNumber(value);
  return value === null ? 0 : value.number;
}

export const isTrue = (value: Scalar): boolean => {
  if (typeof value === "number") return value !== 0;
  if (typeof value === "string") return value !== "";
  return value !== null && value.number !== 0;
};

/** A whole number is written whole; others in the form of CONVFMT or OFMT. */
export function numberText(value: number, form: string): string {
  if (Number.isInteger(value)) {
    const whole = Math.abs(value) < 1e15 ? String(value) : BigInt(value).toString();
    return value === 0 && Object.is(value, -0) ? "-0" : whole;
  }
  if (!Number.isFinite(value)) return notFinite(value);
  const simple = /^%\.(\d+)([efgEFG])$/.exec(form);
  const text = formatFloat(Math.abs(value), simple?.[2] ?? "g", Number(simple?.[1] ?? 6), false);
  return value < 0 ? `-${text}` : text;
}

export const notFinite = (value: number): string =>
  Number.isNaN(value) ? "-nan" : value < 0 ? "-inf" : "+inf";

export function toText(value: Scalar, convfmt: string): string {
  if (typeof value === "string") return value;
  if (value === null) return "";
  return typeof value === "number" ? numberText(value, convfmt) : value.text;
}

/** Below 0, 0 or above, as awk compares: as numbers when neither is a plain text. */
export function compare(left: Scalar, right: Scalar, convfmt: string): number {
  if (typeof left !== "string" && typeof right !== "string") {
    const a = toNumber(left);
    const b = toNumber(right);
    // NaN is greater than everything, as gawk sorts it
    return a === b ? 0 : a < b ? -1 : 1;
  }
  const a = toText(left, convfmt);
  const b = toText(right, convfmt);
  return a === b ? 0 : a < b ? -1 : 1;
}

const WIDE = /[\ud800-\udbff]/;

/** Characters of a text, where most have one unit each. */
export const lengthOf = (text: string): number =>
  WIDE.test(text) ? Array.from(text).length : text.length;

/** `substr`: `start` counts from 1. */
export function substring(text: string, start: number, length: number): string {
  if (Number.isNaN(start) || Number.isNaN(length)) return "";
  // a start before the first character does not shorten, as gawk 5.2 and mawk agree
  const from = Math.max(Math.trunc(start), 1) - 1;
  const to = from + Math.max(0, Math.trunc(length));
  if (!WIDE.test(text)) return text.slice(from, to);
  return Array.from(text).slice(from, to).join("");
}
