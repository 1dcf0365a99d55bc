import { Lab } from "@lvsim/scenarios";
import { expect, test } from "vitest";
import { labNamed } from "../determinism/play.ts";
import { importsOf, type SourceFile, sourceFiles } from "./source.ts";

const ROOM = "packages/scenarios/src/diagnosis/";
/** Core, and what reads requests and hosts out of a trace. */
const ALLOWED = new Set(["@lvsim/core", "packages/scenarios/src/run/answers.ts"]);

/** What diagnosis must not know: labs, their files, the catalogue, whoever plants faults. */
const violations = (file: SourceFile): string[] =>
  importsOf(file).filter((target) => !target.startsWith(ROOM) && !ALLOWED.has(target));

test("diagnosis reads trace, configuration and topology only", () => {
  const files = sourceFiles(ROOM).filter(({ path }) => !path.endsWith(".test.ts"));
  expect(files.length, "the walk found too few sources").toBeGreaterThan(10);
  expect(files.flatMap(violations)).toEqual([]);
});

test.each([
  'import { libraryLab } from "../run/library.ts";',
  'import type { LabDefinition } from "../lab-file/schema.ts";',
  'import { Lab } from "../lab/lab.ts";',
  'import { breakLab } from "../break-it/break-lab.ts";',
  'import type { FaultKind } from "../break-it/fault-kind.ts";',
  'import { readFileSync } from "node:fs";',
])("planted: %s", (text) => {
  expect(violations({ path: `${ROOM}planted.ts`, text })).toHaveLength(1);
});

test("whoever plants faults does not ask diagnosis whether they show", () => {
  const files = sourceFiles("packages/scenarios/src/break-it/");
  expect(files.length, "the walk found too few sources").toBeGreaterThan(10);
  const asks = files.flatMap(importsOf).filter((target) => target.startsWith(ROOM));
  expect(asks).toEqual([]);
});

test("no name or text of a lab comes to it", () => {
  const secret = { en: "SECRET", zh: "SECRET" };
  const lab = Lab.build(
    { ...labNamed("nat"), title: secret, about: secret, sheet: [], next: [] },
    { seed: "1" },
  );
  lab.exec("client", "curl -sS -m 1 http://172.16.100.1/");
  const diagnosis = lab.explain({ from: "client", run: "curl -sS -m 1 http://172.16.100.1/" });
  expect(diagnosis?.evidence.typed).toEqual([]);
  const { frames: _frames, ...seen } = diagnosis?.evidence ?? { frames: null };
  expect(JSON.stringify(seen)).toContain("172.16.100.1");
  expect(JSON.stringify(seen)).not.toContain("SECRET");
});
