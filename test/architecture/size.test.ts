import { expect, test } from "vitest";
import { tooLong } from "./size.ts";
import { sourceFiles } from "./source.ts";

test("files and functions stay small", () => {
  const files = ["core", "shell", "scenarios", "testing", "cli"].flatMap((name) =>
    sourceFiles(`packages/${name}/src`),
  );
  expect(files.length, "the walk found too few sources").toBeGreaterThan(150);
  expect(files.flatMap(tooLong)).toEqual([]);
});

test("a planted long function and a planted long file are found", () => {
  const body = "  call();\n".repeat(80);
  const path = "planted.ts";
  expect(tooLong({ path, text: `export function long() {\n${body}}\n` })).toHaveLength(1);
  expect(tooLong({ path, text: `const long = () => {\n${body}};\n` })).toHaveLength(1);
  expect(tooLong({ path, text: "call();\n".repeat(401) })).toEqual(["planted.ts: 401 lines"]);
});

test("comments and blank lines of a function do not count", () => {
  const body = "  // why\n\n".repeat(80);
  expect(tooLong({ path: "planted.ts", text: `function f() {\n${body}}\n` })).toEqual([]);
});
