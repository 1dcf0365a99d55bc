/** sprintf of awk: C's directives over awk's values; a width or precision may come from the arguments. */
import { formatFloat } from "../../builtins/float-format.ts";
import { lengthOf, notFinite, type Scalar, toNumber, toText } from "./value.ts";

/** Thrown when a format asks for more arguments than there are. */
export class TooFewArguments {
  readonly format: string;
  /** Offset of the directive's letter. */
  readonly at: number;

  constructor(format: string, at: number) {
    this.format = format;
    this.at = at;
  }
}

const DIRECTIVE = /%([-+ #0']*)(\*|\d+)?(?:\.(\*|-?\d*))?([hlLqjzt]*)(.)?/gs;
const WIDTH_MAX = 1 << 20;

export function sprintf(format: string, values: readonly Scalar[], convfmt: string): string {
  let next = 0;
  let letter = 0;
  const take = (): Scalar => {
    const value = values[next++];
    if (value === undefined) throw new TooFewArguments(format, letter);
    return value;
  };
  const count = (text: string | undefined): number | null => {
    if (text === undefined) return null;
    return text === "*" ? Math.trunc(toNumber(take())) : Number(text);
  };
  return format.replace(
    DIRECTIVE,
    (whole, flags: string, width, precision, _, conversion, at: number) => {
      letter = at + whole.length - 1;
      if (conversion === undefined) return whole;
      if (conversion === "%") return "%";
      if (!/[diouxXeEfFgGaAcs]/.test(conversion)) return whole;
      const wide = count(width) ?? 0;
      const exact = count(precision);
      const limited = exact !== null && exact < 0 ? null : exact;
      return padded(
        converted(conversion, flags, limited, take(), convfmt),
        flags,
        wide,
        /[cs]/.test(conversion) || (limited !== null && /[diouxX]/.test(conversion)),
      );
    },
  );
}

function padded(text: string, flags: string, width: number, blanksOnly: boolean): string {
  const size = Math.min(Math.abs(width), WIDTH_MAX);
  const missing = size - lengthOf(text);
  if (missing <= 0) return text;
  if (flags.includes("-") || width < 0) return text + " ".repeat(missing);
  if (!flags.includes("0") || blanksOnly || !/\d/.test(text)) return " ".repeat(missing) + text;
  const prefix = /^[-+ ]?(0[xX])?/.exec(text)?.[0] ?? "";
  return prefix + "0".repeat(missing) + text.slice(prefix.length);
}

function converted(
  conversion: string,
  flags: string,
  precision: number | null,
  value: Scalar,
  convfmt: string,
): string {
  if (conversion === "s") {
    const text = toText(value, convfmt);
    return precision === null ? text : Array.from(text).slice(0, precision).join("");
  }
  if (conversion === "c") return character(value);
  const number = toNumber(value);
  if (!Number.isFinite(number)) return notFinite(number);
  if ("di".includes(conversion)) return sign(number <= -1, flags) + digits(number, 10, precision);
  if ("ouxX".includes(conversion)) {
    const base = conversion === "o" ? 8 : conversion === "u" ? 10 : 16;
    const unsigned =
      number <= -1 ? BigInt.asUintN(64, BigInt(Math.trunc(number))).toString(base) : "";
    const text = unsigned || digits(number, base, precision);
    const alternate = flags.includes("#") && number >= 1;
    const prefix = !alternate || conversion === "u" ? "" : conversion === "o" ? "0" : "0x";
    return conversion === "X" ? (prefix + text).toUpperCase() : prefix + text;
  }
  return formatted(number, conversion, flags, precision);
}

const formatted = (
  number: number,
  conversion: string,
  flags: string,
  precision: number | null,
): string =>
  sign(number < 0 || Object.is(number, -0), flags) +
  formatFloat(Math.abs(number), conversion, precision ?? 6, flags.includes("#"));

const digits = (number: number, base: number, precision: number | null): string => {
  const text = BigInt(Math.trunc(Math.abs(number))).toString(base);
  return text.padStart(Math.min(precision ?? 0, WIDTH_MAX), "0");
};

const sign = (isNegative: boolean, flags: string): string =>
  isNegative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";

/** A number is a character's code, a text gives its first. */
function character(value: Scalar): string {
  if (typeof value === "string") return Array.from(value)[0] ?? "";
  const code = Math.trunc(toNumber(value));
  return code >= 0 && code < 0x110000 && (code < 0xd800 || code > 0xdfff)
    ? String.fromCodePoint(code)
    : "";
}
