/** The plain values of a lab file before anybody has checked them, and ways to change all of their texts. */

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Mapping = { [key: string]: Value };

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Not what every object has: `constructor` is a name that a file may hold. */
export const own = (place: Mapping, key: string | number): Value | undefined =>
  Object.hasOwn(place, key) ? place[key] : undefined;

/** The same value with every text as `change` makes it; `at` leads to the text. */
export function mapTexts(
  value: Value,
  change: (text: string, at: readonly PropertyKey[]) => Value,
  at: readonly PropertyKey[] = [],
): Value {
  if (typeof value === "string") return change(value, at);
  if (Array.isArray(value)) return value.map((one, i) => mapTexts(one, change, [...at, i]));
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, mapTexts(one, change, [...at, key])]),
  );
}

/** Every text of a value, in order. */
export function textsOf(value: Value): string[] {
  const texts: string[] = [];
  mapTexts(value, (text) => {
    texts.push(text);
    return text;
  });
  return texts;
}
