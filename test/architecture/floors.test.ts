import { expect, test } from "vitest";
import { cycles, floorViolations } from "./floors.ts";
import { type SourceFile, sourceFiles } from "./source.ts";

const sources = (): SourceFile[] => {
  const files = ["core", "shell", "scenarios", "testing", "cli"].flatMap((name) =>
    sourceFiles(`packages/${name}/src`),
  );
  expect(files.length, "the walk found too few sources").toBeGreaterThan(150);
  return files;
};

const planted = (path: string, text: string): SourceFile => ({ path, text });

test("every import goes to the same floor or to one below", () => {
  expect(floorViolations(sources())).toEqual([]);
});

test("no file imports itself by a detour, types included", () => {
  expect(cycles(sources())).toEqual([]);
});

test.each([
  ["a value from above", 'import { x } from "../host/namespace.ts";'],
  ["a type from above", 'import type { X } from "../host/namespace.ts";'],
  ["a re-export from above", 'export * from "../sim/simulation.ts";'],
  ["a type query", 'type X = import("../link/switch.ts").Switch;'],
  ["its own package from inside", 'import { x } from "@lvsim/core";'],
])("a planted import of %s is found", (_what, text) => {
  expect(floorViolations([planted("packages/core/src/packet/planted.ts", text)])).toHaveLength(1);
});

test("a planted import between neighbouring rooms is found, configuration values are allowed", () => {
  const file = "packages/core/src/host/neigh/planted.ts";
  const wrong = planted(file, 'import type { Router } from "../route/router.ts";');
  const right = planted(file, 'import type { RouteConfig } from "../route/config.ts";');
  expect(floorViolations([wrong])).toHaveLength(1);
  expect(floorViolations([right])).toEqual([]);
});

test("a planted circle of types is found", () => {
  const a = planted("packages/core/src/base/a.ts", 'import type { B } from "./b.ts";');
  const b = planted("packages/core/src/base/b.ts", 'export type { A as B } from "./a.ts";');
  expect(cycles([a, b])).toHaveLength(1);
});
