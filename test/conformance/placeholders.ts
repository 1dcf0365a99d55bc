/** `${column}`, `${name}` and `${name[column]}` in a table's actions. */
import type { Json, JsonObject } from "./recording.ts";

const PLACEHOLDER = /\$\{(\w+)(?:\[(\w+)\])?\}/g;

/** `template` with every placeholder filled in; a string that is one placeholder becomes the value itself. */
export function fillIn(template: Json, values: JsonObject): Json {
  if (typeof template === "string") return fillText(template, values);
  if (Array.isArray(template)) return template.map((item) => fillIn(item as Json, values));
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(
    Object.entries(template as JsonObject).map(([key, value]) => [key, fillIn(value, values)]),
  );
}

function fillText(template: string, values: JsonObject): Json {
  const whole = /^\$\{(\w+)(?:\[(\w+)\])?\}$/.exec(template);
  if (whole !== null) return lookUp(whole[1] as string, whole[2], values);
  return template.replaceAll(PLACEHOLDER, (_all, name: string, column: string | undefined) =>
    String(lookUp(name, column, values)),
  );
}

function lookUp(name: string, column: string | undefined, values: JsonObject): Json {
  const value = values[name];
  if (value === undefined) throw new Error(`a placeholder names ${name}, which is not there`);
  if (column === undefined) return value;
  const inner = (value as JsonObject)[String(values[column])];
  if (inner === undefined) throw new Error(`${name} has no ${String(values[column])}`);
  return inner;
}
