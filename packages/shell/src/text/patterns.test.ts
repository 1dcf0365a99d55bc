import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { compileGlob, matchesGlob, removePrefix, removeSuffix, replaceGlob } from "./glob.ts";
import { Regex } from "./regex.ts";

test.each([
  ["*.sh", "a.sh", true],
  ["*.sh", "a.shx", false],
  ["[a-c]?", "bz", true],
  ["[!a-c]?", "bz", false],
  ["[]x]", "]", true],
  ["\\*", "*", true],
  ["\\*", "x", false],
  ["[[:digit:]]*", "9a", true],
  ["@(a|b)c", "bc", true],
  ["+(ab)", "ababab", true],
  ["!(*.sh)", "a.sh", false],
  ["!(*.sh)", "a.txt", true],
  ["?(x)y", "y", true],
  ["[", "[", true],
])("pattern %j on %j gives %j", (pattern, text, expected) => {
  expect(matchesGlob(text, compileGlob(pattern))).toBe(expected);
});

test("removal takes the shortest or the longest", () => {
  expect(removePrefix("a/b/c", compileGlob("*/"), false)).toBe("b/c");
  expect(removePrefix("a/b/c", compileGlob("*/"), true)).toBe("c");
  expect(removeSuffix("a.b.c", compileGlob(".*"), false)).toBe("a.b");
  expect(removeSuffix("a.b.c", compileGlob(".*"), true)).toBe("a");
  expect(replaceGlob("aXbX", compileGlob("X"), "all", () => "-")).toBe("a-b-");
});

test("a pattern of many stars ends quickly", () => {
  expect(matchesGlob("a".repeat(2000), compileGlob(`${"*a".repeat(40)}b`))).toBe(false);
});

const small = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
const atom = fc.constantFrom("a", "b", ".", "[ab]", "(a|bc)", "(ab)?", "a*", "b+", "[^a]{1,2}");

test.prop([fc.array(atom, { minLength: 1, maxLength: 5 }), small])(
  "a regular expression matches where the platform's does",
  (atoms, text) => {
    const pattern = atoms.join("");
    const ours = new Regex(pattern, true).match(text);
    const theirs = new RegExp(pattern).exec(text);
    expect(ours?.[0] ?? -1).toBe(theirs?.index ?? -1);
    // theirs takes the first branch, ours the longest match
    if (theirs !== null)
      expect((ours?.[1] ?? 0) - (ours?.[0] ?? 0)).toBeGreaterThanOrEqual(theirs[0].length);
  },
);

test("a match that began earlier wins over one that ends earlier", () => {
  expect(new Regex("(ab)?[^a]{1,2}(ab)?", true).match("abb")?.slice(0, 2)).toEqual([0, 3]);
});

test("nested repetition ends quickly, and back references work", () => {
  expect(new Regex("(a*)*b", true).test("a".repeat(3000))).toBe(false);
  expect(new Regex("^\\(..*\\)\\1$", false).test("abab")).toBe(true);
  expect(new Regex("^\\(..*\\)\\1$", false).test("abac")).toBe(false);
});
