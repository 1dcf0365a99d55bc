/**
 * Comparing what was observed with what was recorded, value by value, after the masks. Both sides have the same form;
 * a value on one side only is a difference.
 */
import { lineDifference } from "./compare-text.ts";
import type { Mask, Site } from "./masks.ts";

export interface Difference {
  /** As `steps[3].frames[0].eth.dst`. */
  readonly where: string;
  readonly expected: string;
  readonly got: string;
}

/** What the masks need to know of a value's surroundings. */
export interface Surroundings extends Pick<Site, "command" | "sinceTrafficMs" | "lateTimer"> {
  maskAt(site: Site): Mask;
}

type Value = unknown;
interface Place {
  /** With indices, for people. */
  readonly where: string;
  /** With `[]` for every index, for the masks. */
  readonly path: string;
  readonly parent: { readonly [key: string]: unknown };
}

const show = (value: Value): string => (value === undefined ? "(nothing)" : JSON.stringify(value));

const isObject = (value: Value): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value: Value): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

export function firstDifference(
  expected: Value,
  got: Value,
  place: Place,
  surroundings: Surroundings,
): Difference | undefined {
  const mask = surroundings.maskAt({ ...surroundings, path: place.path, parent: place.parent });
  if (mask.drop) return undefined;
  if (typeof expected === "string" && typeof got === "string")
    return textDifference(expected.split("\n"), got.split("\n"), mask, place);
  if (isText(expected) && isText(got)) return textDifference(expected, got, mask, place);
  if (Array.isArray(expected) && Array.isArray(got))
    return listDifference(expected, got, place, surroundings);
  if (isObject(expected) && isObject(got))
    return fieldDifference(expected, got, place, surroundings);
  if (typeof expected === "number" && typeof got === "number")
    return Math.abs(expected - got) <= mask.tolerance ? undefined : plain(expected, got, place);
  return expected === got ? undefined : plain(expected, got, place);
}

const plain = (expected: Value, got: Value, { where }: Place): Difference => ({
  where,
  expected: show(expected),
  got: show(got),
});

function textDifference(
  expected: readonly string[],
  got: readonly string[],
  mask: Mask,
  { where }: Place,
): Difference | undefined {
  const found = lineDifference(expected, got, mask);
  if (found === undefined) return undefined;
  const place = expected.length > 1 || got.length > 1 ? `${where}, line ${found.line}` : where;
  return { where: place, expected: show(found.expected), got: show(found.got) };
}

function listDifference(
  expected: readonly Value[],
  got: readonly Value[],
  place: Place,
  surroundings: Surroundings,
): Difference | undefined {
  for (let i = 0; i < Math.max(expected.length, got.length); i++) {
    const item = { ...place, where: `${place.where}[${i}]`, path: `${place.path}[]` };
    if (i >= expected.length || i >= got.length) return plain(expected[i], got[i], item);
    const found = firstDifference(expected[i], got[i], item, surroundings);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fieldDifference(
  expected: { readonly [key: string]: unknown },
  got: { readonly [key: string]: unknown },
  place: Place,
  surroundings: Surroundings,
): Difference | undefined {
  for (const key of new Set([...Object.keys(expected), ...Object.keys(got)])) {
    const at = place.where === "" ? key : `${place.where}.${key}`;
    const path = place.path === "" ? key : `${place.path}.${key}`;
    const found = firstDifference(
      expected[key],
      got[key],
      { where: at, path, parent: expected },
      surroundings,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}
