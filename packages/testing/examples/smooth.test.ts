import "@lvsim/testing/setup";
import type { SchedulerModule } from "@lvsim/core";
import { directRouting } from "@lvsim/scenarios";
import { testLab, testPool, weights } from "@lvsim/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { forgetful } from "./forgetful.ts";
import { smooth } from "./smooth.ts";

/** In whole rounds each server is chosen exactly as often as its weight says. */
const isFair = (scheduler: SchedulerModule) =>
  fc.property(weights({ quiesced: true }), fc.integer({ min: 1, max: 4 }), (all, rounds) => {
    const pool = testPool(scheduler, all);
    pool.picks(rounds * all.reduce((sum, weight) => sum + weight, 0));
    expect(pool.shares).toBeFairWithin(1e-9);
  });

test("smooth is fair whatever the weights", () => fc.assert(isFair(smooth)));

test("smooth does not serve a heavy server in one burst", () => {
  expect(testPool(smooth, [1, 1, 5]).picks(7)).toBe("CCBCACC");
});

test("smooth schedules on a director as well", () => {
  const plan = { scheduler: "smooth", realServers: 3, weights: [1, 1, 5], requests: 7 };
  const lab = testLab(directRouting(plan), { schedulers: [smooth] });
  expect(lab.sendTraffic().map(({ server }) => server)).toEqual(
    [..."CCBCACC"].map((name) => `rs${"ABC".indexOf(name) + 1}`),
  );
  expect(lab.requests[0]).toTraverse("client", "gw", "dir", "rs3");
  expect(lab.service()).toBeFairWithin(0);
});

test("the bug is found, and shown with two or three servers", () => {
  // from every seed a bug is found, but not from every one is it shown with so few
  expect(() => fc.assert(isFair(forgetful), { seed: 1 })).toThrow(
    /Counterexample: \[\[\d+,\d+(,\d+)?\],\d\]/,
  );
});
