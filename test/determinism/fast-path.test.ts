/**
 * Without a trace hosts take short cuts (host/ipvs/fast-path.ts, host/ip/input-ways.ts and output-ways.ts); with one every
 * packet goes the whole way. Whatever happens to a director, nobody sees which it was.
 */
import { test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { differenceBetweenWays } from "./both-ways.ts";
import { histories } from "./director-steps.ts";
import { TOLD_HISTORIES } from "./told-histories.ts";

describe("a director that remembers flows does what one does that decides on every packet", () => {
  test.each(TOLD_HISTORIES)("for %s", (_what, steps) => {
    expect(differenceBetweenWays(steps)).toBeNull();
  });

  test.prop([histories], { numRuns: 200 })("whatever happens", (steps) => {
    expect(differenceBetweenWays(steps)).toBeNull();
  });
});
