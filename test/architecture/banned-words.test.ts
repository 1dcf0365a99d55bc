import { expect, test } from "vitest";
import { bannedWords } from "./banned-words.ts";
import { sourceFiles } from "./source.ts";

test("core and shell use nothing that depends on the machine or the moment", () => {
  const files = [...sourceFiles("packages/core/src"), ...sourceFiles("packages/shell/src")];
  expect(files.length, "the walk found too few sources").toBeGreaterThan(150);
  expect(files.flatMap(bannedWords)).toEqual([]);
});

test.each([
  "const now = Date.now();",
  "const born = new Date(0);",
  "type Clock = typeof performance;",
  "const x = Math.random();",
  'const x = Math["random"]();',
  "const m = Math; m.random();",
  "const y = Math.log(2) + 1;",
  "const y = Math.pow(2, 0.5);",
  "const { sin } = Math;",
  "names.sort((a, b) => a.localeCompare(b));",
  "const text = (1234.5).toLocaleString();",
  "new Intl.NumberFormat();",
  "setTimeout(() => 1, 0);",
  "queueMicrotask(f);",
  "export async function f() {}",
  "const p: Promise<void> = q;",
  "promise.then(f);",
  'import { readFileSync } from "node:fs";',
  "process.exit(1);",
  "crypto.getRandomValues(a);",
  "globalThis.x = 1;",
])("planted: %s", (text) => {
  expect(bannedWords({ path: "planted.ts", text })).not.toEqual([]);
});

test.each([
  "const text = 'Date and Math.random in a string'; // Date.now()",
  "const a = { Date: 1, process: 2 }; a.process;",
  "Math.max(1, Math.floor(2.5)); Math.imul(3, 4);",
  "interface X { process: string }",
])("allowed: %s", (text) => {
  expect(bannedWords({ path: "allowed.ts", text })).toEqual([]);
});
