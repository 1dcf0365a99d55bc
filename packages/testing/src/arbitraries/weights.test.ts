import fc from "fast-check";
import { expect, test } from "vitest";
import { weights } from "./weights.ts";

/** The smallest case that refutes a claim. */
function smallest<T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => boolean): T | undefined {
  return fc.check(fc.property(arbitrary, holds)).counterexample?.[0];
}

const sum = (all: readonly number[]): number => all.reduce((total, each) => total + each, 0);

test("weights shrink to few servers of small weight", () => {
  expect(smallest(weights(), (all) => all.length < 3)).toEqual([1, 1, 1]);
  expect(smallest(weights(), (all) => sum(all) < 7)).toEqual([7]);
  expect(smallest(weights({ quiesced: true }), (all) => !all.includes(0))).toEqual([1, 0]);
});

test("weights that only together are too much shrink together, whatever their order", () => {
  const differ = (all: readonly number[]): boolean => new Set(all).size < 2;
  expect(smallest(weights({ serversMin: 2 }), differ)).toEqual([2, 1]);
  const ratio = ([a = 0, b = 0]: readonly number[]): boolean => a < 2 * b || b < 3;
  expect(smallest(weights({ serversMin: 2 }), ratio)).toEqual([6, 3]);
});

test("some server can always be chosen, and only those asked for are quiesced", () => {
  fc.assert(fc.property(weights({ quiesced: true, serversMax: 3 }), (all) => sum(all) > 0));
  fc.assert(fc.property(weights({ serversMin: 2 }), (all) => all.length > 1 && !all.includes(0)));
});
