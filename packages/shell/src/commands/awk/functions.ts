/** awk's functions on texts, numbers and times; those that read, write or wait are the evaluator's. */
import { daysOf } from "../../time/moment.ts";
import { strftime } from "../../time/strftime.ts";
import { sprintf } from "./format.ts";
import { atan2, cos, exp, log, sin } from "./maths.ts";
import type { Pattern } from "./patterns.ts";
import type { AwkArray, State } from "./state.ts";
import { type Scalar, substring, textToNumber, toNumber, toText } from "./value.ts";

/** A function whose operands are values. */
export type PlainFunction = (state: State, operands: readonly Scalar[]) => Scalar;

const numeric =
  (compute: (x: number) => number): PlainFunction =>
  (_, [value = null]) =>
    compute(toNumber(value));

const bits =
  (join: (a: bigint, b: bigint) => bigint): PlainFunction =>
  (_, operands) =>
    Number(operands.map((value) => BigInt(Math.trunc(toNumber(value)))).reduce(join));

const textOf = (state: State, value: Scalar | undefined): string =>
  toText(value ?? null, state.convfmt);

/** Letters one by one, so that none becomes two. */
const cased = (text: string, change: (letter: string) => string): string =>
  text.replace(/\p{L}/gu, (letter) => {
    const changed = change(letter);
    return changed.length === letter.length ? changed : letter;
  });

function strtonum(state: State, [value = null]: readonly Scalar[]): number {
  if (typeof value === "number") return value;
  const text = textOf(state, value).trim();
  const based = /^([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]+)(?![.\d])/.exec(text);
  if (based === null) return textToNumber(text);
  const [, sign, digits = ""] = based;
  const number = /x/i.test(digits) ? Number(digits) : Number.parseInt(digits, 8);
  return sign === "-" ? -number : number;
}

function formatTime(state: State, [format, seconds]: readonly Scalar[]): string {
  const form = format === undefined ? "%a %b %e %H:%M:%S %Z %Y" : textOf(state, format);
  const { wallSeconds } = state.context.machine;
  return strftime(form, {
    seconds: seconds === undefined ? wallSeconds : Math.trunc(toNumber(seconds)),
    nanoseconds: 0,
  });
}

/** Seconds of "YYYY MM DD HH MM SS"; −1 when it is none. */
function mktime(state: State, [value]: readonly Scalar[]): number {
  const parts = textOf(state, value).trim().split(/\s+/).map(Number);
  if (parts.length < 6 || parts.some((part) => !Number.isInteger(part))) return -1;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const months = (year + Math.floor((month - 1) / 12)) * 12 + ((((month - 1) % 12) + 12) % 12);
  return (
    daysOf(Math.floor(months / 12), (months % 12) + 1, 1) * 86_400 +
    ((day - 1) * 24 + hour) * 3600 +
    minute * 60 +
    second
  );
}

export const PLAIN_FUNCTIONS: ReadonlyMap<string, PlainFunction> = new Map<string, PlainFunction>([
  ["and", bits((a, b) => a & b)],
  ["or", bits((a, b) => a | b)],
  ["xor", bits((a, b) => a ^ b)],
  ["lshift", bits((a, b) => a << (b & 63n))],
  ["rshift", bits((a, b) => a >> (b & 63n))],
  ["compl", numeric((x) => Number(0x1fffffffffffffn - BigInt(Math.trunc(x))))],
  ["atan2", (_, [y = null, x = null]) => atan2(toNumber(y), toNumber(x))],
  ["cos", numeric(cos)],
  ["exp", numeric(exp)],
  ["int", numeric(Math.trunc)],
  ["log", numeric(log)],
  ["sin", numeric(sin)],
  ["sqrt", numeric(Math.sqrt)],
  ["index", (state, [text, wanted]) => indexOf(textOf(state, text), textOf(state, wanted))],
  ["mktime", mktime],
  ["rand", (state) => state.random.value()],
  ["srand", seed],
  [
    "sprintf",
    (state, [format, ...values]) => sprintf(textOf(state, format), values, state.convfmt),
  ],
  ["strftime", formatTime],
  ["strtonum", strtonum],
  ["substr", substr],
  ["systime", (state) => state.context.machine.wallSeconds],
  ["tolower", (state, [text]) => cased(textOf(state, text), (letter) => letter.toLowerCase())],
  ["toupper", (state, [text]) => cased(textOf(state, text), (letter) => letter.toUpperCase())],
]);

function indexOf(text: string, wanted: string): number {
  const at = text.indexOf(wanted);
  return at < 0 ? 0 : Array.from(text.slice(0, at)).length + 1;
}

function substr(state: State, [text, start = null, length]: readonly Scalar[]): string {
  const count = length === undefined ? Number.POSITIVE_INFINITY : toNumber(length);
  return substring(textOf(state, text), toNumber(start), count);
}

function seed(state: State, [value]: readonly Scalar[]): number {
  const before = state.seed;
  state.seed = value === undefined ? state.context.machine.wallSeconds : toNumber(value);
  state.random.seed(Math.trunc(state.seed));
  return before;
}

/** What a replacement makes of a match: `&` and `\0` are all of it, `\1` a group where groups count. */
function replacement(
  text: string,
  match: readonly number[],
  form: string,
  groups: boolean,
): string {
  return form.replace(/\\(.)|&/gs, (whole, letter: string | undefined) => {
    const part = (group: number): string => {
      const [start = -1, end = -1] = match.slice(2 * group, 2 * group + 2);
      return start < 0 ? "" : text.slice(start, end);
    };
    if (whole === "&") return part(0);
    if (letter === "&") return "&";
    if (letter === "\\") return "\\";
    return groups && letter !== undefined && /\d/.test(letter) ? part(Number(letter)) : whole;
  });
}

export interface Replaced {
  readonly text: string;
  readonly count: number;
}

/** Replaces matches: all of them, or only the `which`th from 1. */
export function replaced(
  text: string,
  pattern: Pattern,
  form: string,
  which: number,
  groups: boolean,
): Replaced {
  let made = "";
  let from = 0;
  let seen = 0;
  let count = 0;
  let last = -1;
  for (let at = 0; at <= text.length; ) {
    const match = pattern.match(text, at);
    if (match === null) break;
    const [start = 0, end = 0] = match;
    const adjacent = start === end && start === last;
    if (!adjacent && (which === 0 || ++seen === which)) {
      made += text.slice(from, start) + replacement(text, match, form, groups);
      from = end;
      count++;
      if (which > 0) break;
    }
    last = end;
    at = end > start ? end : end + 1;
  }
  return { text: made + text.slice(from), count };
}

/** `match`: sets RSTART and RLENGTH, and fills an array with what groups matched. */
export function matched(
  state: State,
  text: string,
  pattern: Pattern,
  groups: AwkArray | null,
): number {
  const match = pattern.match(text);
  groups?.clear();
  const places = (start: number, end: number): readonly [number, number] => [
    Array.from(text.slice(0, start)).length + 1,
    Array.from(text.slice(start, end)).length,
  ];
  const [start, length] = match === null ? [0, -1] : places(match[0] as number, match[1] as number);
  state.global("RSTART").value = start;
  state.global("RLENGTH").value = length;
  if (match === null || groups === null) return start;
  for (let i = 0; 2 * i < match.length; i++) {
    const [from = -1, to = -1] = match.slice(2 * i, 2 * i + 2);
    if (from < 0) continue;
    const [at, count] = places(from, to);
    groups.set(String(i), text.slice(from, to));
    groups.set(`${i}${state.text("SUBSEP")}start`, at);
    groups.set(`${i}${state.text("SUBSEP")}length`, count);
  }
  return start;
}
