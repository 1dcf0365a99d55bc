/**
 * Without a trace a director takes short cuts (host/ipvs/fast-path.ts); with one every packet goes the whole way. Whatever
 * happens to a director, nobody sees which it was.
 */
import { test } from "@fast-check/vitest";
import { expect } from "vitest";
import { differenceBetweenWays } from "./both-ways.ts";
import { histories } from "./director-steps.ts";

test.prop([histories], { numRuns: 200 })(
  "a director that remembers flows does what one does that decides on every packet",
  (steps) => {
    expect(differenceBetweenWays(steps)).toBeNull();
  },
);
