import "../setup.ts";
import type { SchedulerModule } from "@lvsim/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loads } from "../arbitraries/loads.ts";
import { weights } from "../arbitraries/weights.ts";
import { testPool } from "./test-pool.ts";

test("choices are Linux's: the server added last is the first", () => {
  expect(testPool("rr", [1, 1, 1]).picks(4)).toBe("CBAC");
  expect(testPool("wrr", [5, 1, 1]).picks(14)).toBe("CBAAAAACBAAAAA");
});

test("edits, deletions and overload are heard of", () => {
  const pool = testPool("wrr", [1, 1]);
  expect(pool.edit("A", 0).picks(2)).toBe("BB");
  expect(pool.remove("B").picks(1)).toBe("-");
  expect(pool.add(2)).toBe("C");
  expect(pool.picks(2)).toBe("CC");
  expect(pool.overload("C").pick()).toBe("-");
  expect(() => pool.edit("B", 1)).toThrow("the pool has no server B");
});

test("connections of a load are there as long as they last", () => {
  const pool = testPool("lc", [1, 1]);
  const load = [
    { atMs: 0, lastsMs: 100, client: 0 },
    { atMs: 10, lastsMs: 10, client: 1 },
    { atMs: 30, lastsMs: 10, client: 2 },
    { atMs: 200, lastsMs: 10, client: 3 },
  ];
  expect(pool.play(load)).toBe("BAAB");
  expect(pool.named("A").activeConnections + pool.named("B").activeConnections).toBe(0);
});

test("where clients are is looked at without counting", () => {
  const pool = testPool("sh", [1, 1]);
  pool.picks(3, 5);
  expect([...pool.whereabouts(100).values()].sort().join("")).toMatch(/^A+B+$/);
  expect(pool.shares.count).toBe(3);
});

test("a scheduler that chooses a server of nobody's is told so", () => {
  const [stranger] = testPool("rr", [1]).destinations;
  const confused: SchedulerModule = { name: "x", bind: () => ({ select: () => stranger ?? null }) };
  expect(() => testPool(confused, [1]).pick()).toThrow("not in its pool");
});

test("wlc strays by less than a connection for each server while none ends", () => {
  fc.assert(
    fc.property(weights({ weightMax: 6 }), loads(), (all, load) => {
      const pool = testPool("wlc", all);
      pool.play(load.map((each) => ({ ...each, lastsMs: 1e6 })));
      const { servers, lag } = pool.shares;
      expect(lag).toBeLessThan(servers.length);
    }),
  );
});
