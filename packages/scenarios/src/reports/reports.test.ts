import { fc, test as property } from "@fast-check/vitest";
import { describe, expect, test } from "vitest";
import { disruptionReport } from "./disruption-report.ts";
import { distributionReport } from "./distribution-report.ts";
import { jainIndex, shareReport } from "./share-report.ts";

const weights = (of: Readonly<Record<string, number>>): Map<string, number> =>
  new Map(Object.entries(of));

describe("shares", () => {
  test("round robin among equals is fair, one behind at most", () => {
    const report = shareReport([..."ABCABC"], weights({ A: 1, B: 1, C: 1 }));
    expect(report).toMatchObject({ count: 6, deviation: 0, jain: 1, burst: 1 });
    expect(report.lag).toBeCloseTo(2 / 3);
  });

  test("weights say what is due, bursts and lag show the order", () => {
    const report = shareReport([..."AAAB"], weights({ A: 3, B: 1 }));
    expect(report).toMatchObject({ deviation: 0, jain: 1, burst: 3, lag: 0.75 });
    expect(report.servers.map(({ server, due, lag }) => [server, due, lag])).toEqual([
      ["A", 0.75, 0],
      ["B", 0.25, 0.75],
    ]);
  });

  test("one that has everything leaves Jain's index at one part of all", () => {
    expect(shareReport([..."AAAA"], weights({ A: 1, B: 1, C: 1, D: 1 }))).toMatchObject({
      jain: 0.25,
      deviation: 0.75,
    });
  });

  test("a server without weight is due nothing and does not count for Jain's index", () => {
    const { servers, jain } = shareReport([..."AX"], weights({ A: 1 }));
    expect(servers[1]).toMatchObject({ server: "X", weight: 0, share: 0.5, due: 0, burst: 1 });
    expect(jain).toBe(1);
  });

  test("nothing chosen is no deviation", () => {
    expect(shareReport([], weights({ A: 1 }))).toMatchObject({ count: 0, deviation: 0, jain: 1 });
  });

  property.prop([fc.array(fc.constantFrom("A", "B", "C")), fc.array(fc.nat(9), { minLength: 3 })])(
    "counts add up, shares to one, and Jain's index stays between 1/n and 1",
    (choices, [a = 1, b = 1, c = 1]) => {
      const report = shareReport(choices, weights({ A: a, B: b, C: c }));
      expect(report.servers.reduce((sum, { count }) => sum + count, 0)).toBe(choices.length);
      expect(report.jain).toBeLessThanOrEqual(1 + 1e-9);
      expect(report.jain).toBeGreaterThanOrEqual(1 / 3 - 1e-9);
      expect(report.burst === 0).toBe(choices.length === 0);
    },
  );
});

test("Jain's index does not depend on the scale", () => {
  expect(jainIndex([1, 2, 3])).toBeCloseTo(jainIndex([10, 20, 30]));
});

test("who moves needlessly is told from who had to", () => {
  const before = weights({ a: 1, b: 1, c: 2, d: 2, e: 3 });
  const after = weights({ a: 1, b: 2, c: 1, d: 2, f: 1 });
  expect(disruptionReport(before, after, new Set([1]))).toEqual({
    clients: 4,
    moved: 2,
    needless: 1,
  });
});

test("ranks of a distribution are values that occurred", () => {
  const hundred = Array.from({ length: 100 }, (_unused, i) => 100 - i);
  expect(distributionReport(hundred)).toEqual({
    count: 100,
    least: 1,
    median: 50,
    p90: 90,
    p99: 99,
    greatest: 100,
    mean: 50.5,
  });
  expect(distributionReport([7])).toMatchObject({ median: 7, p99: 7 });
  expect(distributionReport([])).toMatchObject({ count: 0, median: 0, mean: 0 });
});
