/** JSON as iproute2's writer lays it out (`lib/json_writer.c`): without blanks, or pretty with four for each depth. */

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
interface JsonObject {
  readonly [key: string]: Json;
}

/** One line without a newline at its end; pretty, several. */
export const formatJson = (value: Json, pretty: boolean): string =>
  pretty ? prettyText(value, 0) : plainText(value);

function plainText(value: Json): string {
  if (isList(value)) return `[${value.map(plainText).join(",")}]`;
  if (!isObject(value)) return scalarText(value);
  const members = Object.entries(value).map(([key, member]) => `"${key}":${plainText(member)}`);
  return `{${members.join(",")}}`;
}

function prettyText(value: Json, depth: number): string {
  if (isList(value)) return `[ ${value.map((item) => prettyText(item, depth + 1)).join(",")} ]`;
  if (!isObject(value)) return scalarText(value);
  const line = `\n${"    ".repeat(depth + 1)}`;
  const members = Object.entries(value).map(
    ([key, member]) => `${line}"${key}": ${prettyText(member, depth + 1)}`,
  );
  return members.length === 0 ? "{}" : `{${members.join(",")}\n${"    ".repeat(depth)}}`;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isObject = (value: Json): value is JsonObject => typeof value === "object" && value !== null;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\t", "\\t"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\f", "\\f"],
  ["\b", "\\b"],
  ["\\", "\\\\"],
  ['"', '\\"'],
]);

const scalarText = (value: string | number | boolean | null): string =>
  typeof value === "string"
    ? `"${value.replace(/[\t\n\r\f\b\\"]/g, (character) => ESCAPES.get(character) ?? character)}"`
    : String(value);
