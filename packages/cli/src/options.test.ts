import { expect, test } from "vitest";
import { parseLanguage, parseSeed } from "./options.ts";
import { UsageError } from "./usage-error.ts";

test.each([
  ["0", "0"],
  ["7", "7"],
  ["007", "7"],
  ["9007199254740991", "9007199254740991"],
])("seed %s is %s", (text, seed) => {
  expect(parseSeed(text)).toBe(seed);
});

test.each(["", " ", "abc", "-1", "1.5", "1e3", "0x10", "9007199254740992"])(
  "%j is no seed",
  (text) => {
    expect(() => parseSeed(text)).toThrow(UsageError);
  },
);

test("languages are en and zh", () => {
  expect(parseLanguage("zh")).toBe("zh");
  expect(() => parseLanguage("de")).toThrow('no language "de"; known: en, zh');
});
