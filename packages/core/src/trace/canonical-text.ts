/** A plain value as text that does not depend on the order in which its keys were set. */
export function canonicalText(value: unknown): string {
  if (value === undefined) return "undefined";
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  if (value instanceof Map) return `map${canonicalText([...value])}`;
  if (value instanceof Set) return `set${canonicalText([...value])}`;
  // a key that holds nothing says what a missing one says
  const entries = Object.entries(value)
    .filter(([, at]) => at !== undefined)
    .map(([key, at]) => [key, canonicalText(at)] as const);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join()}}`;
}
