import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installReplay, readReplay, replayLine } from "./replay.ts";

const before = fc.readConfigureGlobal();
beforeEach(() => fc.configureGlobal({ seed: 7 }));
afterEach(() => fc.configureGlobal(before));

const TEST = { file: "packages/x/shares.test.ts", name: "wrr > is fair (with seed=7)" };

/** What a property's failure says, and the values that it was tried with. */
function failing(claim: (value: number) => boolean): { message: string; tried: number[] } {
  const tried: number[] = [];
  const property = fc.property(fc.nat(), (value) => {
    tried.push(value);
    return claim(value);
  });
  try {
    fc.assert(property);
  } catch (error) {
    return { message: error instanceof Error ? error.message : "", tried };
  }
  return { message: "", tried };
}

test("a failed property ends with a line to paste, and that line tries the one case", () => {
  installReplay(() => TEST, "");
  const { message, tried } = failing((value) => value < 1000);
  expect(tried.length).toBeGreaterThan(5);
  expect(message).toContain("Counterexample: [1000]");
  const line = /Again: (LVSIM_REPLAY='([^']*)' .*)$/.exec(message);
  expect(line?.[1]?.replace(/'7 [\d:]+'/, "'7 …'")).toMatchInlineSnapshot(
    `"LVSIM_REPLAY='7 …' npx vitest run packages/x/shares.test.ts -t 'wrr is fair'"`,
  );
  installReplay(() => TEST, line?.[2]);
  expect(failing((value) => value < 1000).tried).toEqual([1000]);
  expect(failing(() => true)).toHaveProperty("message", "");
});

test("what stands in a name means itself, in the shell and for vitest", () => {
  expect(
    replayLine({ seed: -3, path: "1:2", commands: "AB:C" }, { name: "it's so (always)" }),
  ).toMatchInlineSnapshot(
    `"LVSIM_REPLAY='-3 1:2 AB:C' npx vitest run -t 'it'\\''s so \\(always\\)'"`,
  );
});

test("what no failure printed is refused", () => {
  expect(readReplay(undefined)).toBeNull();
  expect(readReplay("5 1:2 AB:C")).toEqual({ seed: 5, path: "1:2", commands: "AB:C" });
  expect(() => readReplay("x")).toThrow("none of the lines");
  expect(() => readReplay("1 2:x")).toThrow("none of the lines");
});
