import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emptyProject, run, TSC } from "./empty-project.ts";

let project = "";
const installed = (path: string): string => join(project, "node_modules/@lvsim", path);

beforeAll(async () => {
  project = await emptyProject();
}, 120_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

test("the examples are type-checked against the types of the tarballs, and run as JavaScript", async () => {
  expect(await run(project, TSC, "-p", ".")).toEqual({ status: 0, out: "" });
  const vitest = join(project, "node_modules/.bin/vitest");
  const { status, out } = await run(
    project,
    vitest,
    "run",
    "--root",
    project,
    "build/smooth.test.js",
  );
  expect(out).toContain("4 passed");
  expect(status).toBe(0);
});

test("the command that is installed runs a lab", async () => {
  const lvsim = join(project, "node_modules/.bin/lvsim");
  const { status, out } = await run(project, lvsim, "view", "walk", "dr");
  expect(out).toContain("IPVS wrr chooses");
  expect(status).toBe(0);
});

test("the core is compiled as decision 0006 wants: fields are set, not defined, and all is constant", () => {
  const code = readFileSync(installed("core/dist/core.js"), "utf8");
  const found = (what: RegExp): readonly string[] => code.match(what) ?? [];
  expect(found(/^\s+this\.at = -1;/m)).toHaveLength(1);
  expect(found(/^const Frame = class /m)).toHaveLength(1);
  expect(found(/^const assert = function\(/m)).toHaveLength(1);
  expect(found(/^(?:async )?function.*/gm)).toEqual([]);
  // fields that are declared only
  expect(found(/^\t(?:pool|at|level);$/m)).toEqual([]);
});

test("sources and tests stay at home", () => {
  for (const path of ["core/src", "testing/src", "core/dist/rng/rng.test.js"])
    expect(existsSync(installed(path)), path).toBe(false);
});
