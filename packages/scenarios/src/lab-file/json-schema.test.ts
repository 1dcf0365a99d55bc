import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { labJsonSchema } from "./json-schema.ts";

const CHECKED_IN = fileURLToPath(new URL("../../schema/lab.schema.json", import.meta.url));
const LABS = fileURLToPath(new URL("../../labs/", import.meta.url));

test("the JSON schema that is checked in is that of lab files", async () => {
  // after a change of the form: npx vitest run packages/scenarios/src/lab-file -u
  const text = `${JSON.stringify(labJsonSchema(), null, 2)}\n`;
  await expect(text).toMatchFileSnapshot(CHECKED_IN);
});

/** A second reading of the checked-in schema: zod's own, which knows nothing of how it was made. */
const { anyOf, ...form } = JSON.parse(readFileSync(CHECKED_IN, "utf8")) as {
  readonly anyOf: readonly { readonly required: readonly string[] }[];
};
const reading = z.fromJSONSchema(form as Parameters<typeof z.fromJSONSchema>[0]);
const isAllowed = (value: object): boolean =>
  reading.safeParse(value).success &&
  anyOf.some(({ required }) => required.every((key) => Object.hasOwn(value, key)));

const files = readdirSync(LABS, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".lab.yml"),
);

test("it allows every lab that comes with lvsim", () => {
  expect(files.length).toBeGreaterThan(60);
  const refused = files.filter((file) => !isAllowed(parse(readFileSync(LABS + file, "utf8"))));
  expect(refused).toEqual([]);
});

const DR = parse(readFileSync(`${LABS}modes/dr.lab.yml`, "utf8"));

test.each([
  ["an unknown key", { hostess: {} }],
  ["a wrong type", { vips: 3 }],
  ["another version", { format: 2 }],
  ["an unknown image", { image: "centos-8" }],
  ["a time without unit", { traffic: [{ from: "client", run: "true", every: 3 }] }],
  ["a number below its least", { traffic: [{ from: "client", run: "true", times: 0 }] }],
  ["an unknown key of a host", { hosts: { a: { ...DR.hosts.a, gatewy: "10.0.0.1" } } }],
  ["an unknown key of a device", { hosts: { a: { devices: { eth0: { segmnt: "lan" } } } } }],
  ["no hosts", { hosts: undefined }],
])("it refuses %s", (_kind, change) => {
  expect(isAllowed(DR)).toBe(true);
  expect(isAllowed(JSON.parse(JSON.stringify({ ...DR, ...change })))).toBe(false);
});
