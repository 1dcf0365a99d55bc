import { expect, test } from "vitest";
import { canonicalText } from "./canonical-text.ts";

test("the order of keys does not matter, nor a key that holds nothing", () => {
  const text = canonicalText({ b: [1, { d: "x", c: null }], a: new Map([["k", new Set([2])]]) });
  expect(text).toBe('{"a":map[["k",set[2]]],"b":[1,{"c":null,"d":"x"}]}');
  expect(
    canonicalText({ b: [1, { c: null, e: undefined, d: "x" }], a: new Map([["k", new Set([2])]]) }),
  ).toBe(text);
});
