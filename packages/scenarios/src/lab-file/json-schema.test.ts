import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { labSchema } from "./schema.ts";

/** Where a lab varies, an amount may be a value of its own: `"{{rounds * 2}}"`. */
const VALUE = { type: "string", pattern: "^\\{\\{.+\\}\\}$" };

/** Numbers of the form, also those that are filled in. */
function withValues(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withValues);
  if (typeof part !== "object" || part === null) return part;
  const inner = Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, withValues(value)]),
  );
  return inner.type === "integer" ? { anyOf: [inner, VALUE] } : inner;
}

const CHECKED_IN = fileURLToPath(new URL("../../schema/lab.schema.json", import.meta.url));

test("the JSON schema that is checked in is that of lab files", async () => {
  const form = z.toJSONSchema(labSchema, { io: "input", target: "draft-2020-12" });
  const schema = withValues(form) as object;
  // after a change of the form: npx vitest run packages/scenarios/src/lab-file -u
  const text = `${JSON.stringify({ title: "lvsim lab file", ...schema }, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(CHECKED_IN);
});
