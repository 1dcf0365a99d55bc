import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";
import { labSchema } from "./schema.ts";

const CHECKED_IN = fileURLToPath(new URL("../../schema/lab.schema.json", import.meta.url));

test("the JSON schema that is checked in is that of lab files", async () => {
  const schema = z.toJSONSchema(labSchema, { io: "input", target: "draft-2020-12" });
  // after a change of the form: npx vitest run packages/scenarios/src/lab-file -u
  const text = `${JSON.stringify({ title: "lvsim lab file", ...schema }, null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(CHECKED_IN);
});
