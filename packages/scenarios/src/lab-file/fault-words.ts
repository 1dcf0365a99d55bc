/** What a schema finds wrong with a lab, in the words of whoever wrote the file. */
import type { z } from "zod";
import type { LabFault } from "./lab-file-error.ts";

/** What a value is, by the schema's word for it. */
const KINDS: Readonly<Record<string, string>> = {
  array: "a list",
  object: "a mapping",
  record: "a mapping",
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

/** Words of a closed set that are written out; of more the nearest are named. */
const WORDS_MAX = 12;
const NEAREST = 3;

/** `value` is what was checked, and `under` leads to it. */
export function faultOf(
  issue: z.core.$ZodIssue,
  value: unknown,
  under: readonly PropertyKey[] = [],
): LabFault {
  const path = [...under, ...issue.path];
  const field = path.map(String).join(".");
  const at = issue.code === "unrecognized_keys" ? [...path, issue.keys[0] ?? ""] : path;
  const message = messageOf(issue, valueAt(value, issue.path), field === "");
  return { at, message: field === "" ? message : `${field}: ${message}` };
}

function messageOf(issue: z.core.$ZodIssue, found: unknown, isWhole: boolean): string {
  switch (issue.code) {
    case "invalid_type":
      if (isWhole)
        return `a lab file is a mapping that begins with format: 1, not ${kindOf(found)}`;
      return found === undefined
        ? "is missing"
        : `must be ${KINDS[issue.expected] ?? issue.expected}, not ${kindOf(found)}`;
    case "invalid_value": {
      // one word alone may have a sentence of its own
      if (issue.values.length === 1)
        return /^Invalid/.test(issue.message)
          ? `must be ${String(issue.values[0])}`
          : issue.message;
      const words = issue.values.map(String);
      return found === undefined ? `is missing; ${choiceOf(words, "")}` : choiceOf(words, found);
    }
    case "unrecognized_keys":
      return `unknown key ${issue.keys.map((key) => `"${key}"`).join(", ")}`;
    case "invalid_key": {
      const [inner] = issue.issues;
      return inner?.message ?? "no name";
    }
    case "invalid_union": {
      const kinds = issue.errors.flatMap(([first]) => (first === undefined ? [] : [first]));
      return kinds.map((each) => messageOf({ ...each, path: [] }, found, false)).join(", or ");
    }
    case "too_small":
      return typeof found === "number" ? `must be at least ${issue.minimum}` : "must not be empty";
    case "too_big":
      return `must be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

function choiceOf(words: readonly string[], found: unknown): string {
  if (words.length <= WORDS_MAX) return `must be one of ${words.join(", ")}`;
  const text = String(found);
  const near = [...words]
    .map((word) => ({ word, common: commonPairs(word, text) }))
    .sort((a, b) => b.common - a.common)
    .slice(0, NEAREST)
    .map(({ word }) => word);
  return `is not one of its ${words.length} words; the nearest are ${near.join(", ")}`;
}

/** How much two words have in common: pairs of letters, by the length of both. */
function commonPairs(one: string, other: string): number {
  let common = 0;
  for (let i = 0; i + 1 < other.length; i++) if (one.includes(other.slice(i, i + 2))) common++;
  return common / (one.length + other.length);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value === "number" && !Number.isInteger(value)) return `the number ${value}`;
  return KINDS[typeof value] ?? "something else";
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<PropertyKey, unknown>)[key];
  }
  return found;
}

/** Characters of a message, which may quote the file. */
const MESSAGE_MAX = 300;

/** One line that no terminal stumbles on. */
export function printable(text: string): string {
  const short = text.length > MESSAGE_MAX ? `${text.slice(0, MESSAGE_MAX)}…` : text;
  // `u` takes pairs of surrogates as one
  return short.replace(
    /[\p{Cc}\p{Cs}\u2028\u2029]/gu,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
