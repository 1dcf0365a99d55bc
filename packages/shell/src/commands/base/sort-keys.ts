/** sort's keys: which part of a line is compared (`-k F[.C][OPTS][,F[.C][OPTS]]`), and how. */
import type { Job } from "./tool.ts";

export type NumberKind = "n" | "g" | "h" | "M";

/** Which of the letters for numbers comes first in `letters`. */
export const numberKind = (letters: string): NumberKind | null =>
  (["n", "g", "h", "M"] as const).find((letter) => letters.includes(letter)) ?? null;

export interface Ordering {
  /** Blanks before a key do not count. */
  readonly blanks: boolean;
  readonly fold: boolean;
  /** Only blanks, letters and digits count. */
  readonly dictionary: boolean;
  /** As numbers: plain, general, with suffixes of size, or months; null as text. */
  readonly numeric: NumberKind | null;
  readonly version: boolean;
  readonly reverse: boolean;
}

export interface SortKey extends Ordering {
  /** From 1. */
  readonly field: number;
  /** From 1. */
  readonly character: number;
  /** 0: to the end of the line. */
  readonly endField: number;
  /** 0: to the end of the field. */
  readonly endCharacter: number;
}

/** The character of `-t`; null for runs of blanks. */
export function readSeparator(job: Job, text: string | undefined): string | null {
  if (text === undefined) return null;
  if (text === "") throw job.fail("empty tab", 2);
  if (text === "\\0") return "\0";
  if (Array.from(text).length > 1) throw job.fail(`multi-character tab ${job.quote.word(text)}`, 2);
  return text;
}

export function parseKey(job: Job, text: string, global: Ordering): SortKey {
  const start = /^(\d*)(?:\.(\d+))?([bdfghiMnrV]*)(?:,(\d*)(?:\.(\d+))?([bdfghiMnrV]*))?$/.exec(
    text,
  );
  if (start === null || start[1] === "")
    throw job.fail(
      `invalid number at field start: invalid count at start of ${job.quote.word(text)}`,
      2,
    );
  const [, field = "", character, own = "", endField, endCharacter, endOwn = ""] = start;
  if (Number(field) === 0 || endField === "0") {
    const zero = Number(field) === 0 ? text : text.slice(text.indexOf(",") + 1);
    throw job.fail(`field number is zero: invalid field specification ${job.quote.word(zero)}`, 2);
  }
  const letters = own + endOwn;
  const has = (letter: string): boolean => letters.includes(letter);
  const ordering: Ordering =
    letters === ""
      ? global
      : {
          blanks: has("b"),
          fold: has("f"),
          dictionary: has("d"),
          numeric: numberKind(letters),
          version: has("V"),
          reverse: has("r"),
        };
  return {
    ...ordering,
    field: Number(field),
    character: Number(character ?? 1),
    endField: Number(endField || 0),
    endCharacter: Number(endCharacter ?? 0),
  };
}

/** Where each field of a line begins and ends; without a separator a field takes the blanks before it. */
function fieldsOf(line: string, separator: string | null): [number, number][] {
  const fields: [number, number][] = [];
  if (separator === null) {
    for (const match of line.matchAll(/[ \t]*[^ \t]*/g))
      if (match[0] !== "") fields.push([match.index, match.index + match[0].length]);
    return fields;
  }
  let at = 0;
  for (const part of line.split(separator)) {
    fields.push([at, at + part.length]);
    at += part.length + 1;
  }
  return fields;
}

function keyText(line: string, key: SortKey, separator: string | null): string {
  const { field, character, endField, endCharacter } = key;
  if (field === 1 && character === 1 && endField === 0) return line;
  const fields = fieldsOf(line, separator);
  const [from] = fields[field - 1] ?? [line.length];
  const start = skip(line, from, key.blanks) + character - 1;
  if (endField === 0) return line.slice(start);
  const last = fields[endField - 1];
  if (last === undefined) return line.slice(start);
  const end = endCharacter === 0 ? last[1] : skip(line, last[0], key.blanks) + endCharacter;
  return line.slice(start, Math.max(start, end));
}

function skip(line: string, from: number, blanks: boolean): number {
  let at = from;
  while (blanks && (line[at] === " " || line[at] === "\t")) at++;
  return at;
}

const plainNumber = (text: string): number =>
  Number(/^[ \t]*(-?\d*\.?\d*)/.exec(text)?.[1] || 0) || 0;

const MONTHS = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
/** More than any number before a suffix. */
const SUFFIX_STEP = 1e15;

const NUMBERS: Readonly<Record<NumberKind, (text: string) => number>> = {
  n: plainNumber,
  // what is no number comes first
  g: (text) => {
    const found = /^[ \t]*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/.exec(text);
    return found === null ? Number.NEGATIVE_INFINITY : Number(found[0]);
  },
  // the suffix counts before the number
  h: (text) => {
    const number = plainNumber(text);
    const suffix = /^[ \t]*-?\d*\.?\d*([kKMGTPEZY])/.exec(text)?.[1] ?? "";
    const rank = suffix === "" ? 0 : "KMGTPEZY".indexOf(suffix.toUpperCase()) + 1;
    return number < 0 ? number - rank * SUFFIX_STEP : number + rank * SUFFIX_STEP;
  },
  M: (text) => {
    const at = MONTHS.indexOf(text.trimStart().slice(0, 3).toUpperCase().padEnd(3, "?"));
    return at % 3 === 0 ? at / 3 + 1 : 0;
  },
};

const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Digits compare as numbers, the rest by its characters. */
function byVersion(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [x, y] = [left[i], right[i]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    const order = /\d/.test(x) && /\d/.test(y) ? Number(x) - Number(y) : byCode(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

function compareKey(a: string, b: string, key: SortKey): number {
  if (key.numeric !== null) {
    const [left, right] = [NUMBERS[key.numeric](a), NUMBERS[key.numeric](b)];
    return left === right ? 0 : left < right ? -1 : 1;
  }
  const prepare = (text: string): string => {
    let prepared = key.blanks ? text.replace(/^[ \t]+/, "") : text;
    if (key.dictionary) prepared = prepared.replace(/[^ \tA-Za-z0-9]/g, "");
    return key.fold ? prepared.toUpperCase() : prepared;
  };
  return (key.version ? byVersion : byCode)(prepare(a), prepare(b));
}

/** Negative when `a` comes first. Lines that are equal by all keys are compared whole, unless `lastResort` is null. */
export function compareLines(
  a: string,
  b: string,
  keys: readonly SortKey[],
  separator: string | null,
  lastResort: boolean | null,
): number {
  for (const key of keys) {
    const order = compareKey(keyText(a, key, separator), keyText(b, key, separator), key);
    if (order !== 0) return key.reverse ? -order : order;
  }
  if (lastResort === null) return 0;
  return lastResort ? byCode(b, a) : byCode(a, b);
}
