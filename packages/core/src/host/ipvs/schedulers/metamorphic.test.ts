/**
 * What must not change the choices of a scheduler, or must change them in a known way: relations that need no oracle,
 * each for the schedulers for which it holds. Where it does not, a counter-example shows it.
 */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { address } from "../director.fixture.ts";
import { type ImplementedScheduler, SCHEDULERS } from "./index.ts";
import { boundLater, from, Pool, pool } from "./pool.fixture.ts";

const ALL = Object.keys(SCHEDULERS) as ImplementedScheduler[];
const without = (...names: ImplementedScheduler[]): ImplementedScheduler[] =>
  ALL.filter((name) => !names.includes(name));

const weights = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 7 });
const PICKS = 60;

/** Choices for many clients, one connection each that stays. */
const choices = (made: Pool, count = PICKS, firstClient: number = address("10.0.0.1")): string => {
  let text = "";
  for (let i = 0; i < count; i++) {
    const chosen = made.select(from(firstClient + 7919 * i));
    if (chosen !== null) chosen.activeConnections++;
    text += made.nameOf(chosen);
  }
  return text;
};

const sorted = (text: string): string => [...text].sort().join("");

describe("all weights multiplied by one number", () => {
  const changing: readonly ImplementedScheduler[] = ["sh", "ovf", "lblc", "lblcr", "twos"];

  test.prop([fc.constantFrom(...without(...changing)), weights, fc.integer({ min: 2, max: 9 })])(
    "change no choice",
    (name, ws, factor) => {
      const many = ws.map((weight) => weight * factor);
      expect(choices(pool(name, ...many))).toBe(choices(pool(name, ...ws)));
    },
  );

  test("make sh's turns longer", () => {
    expect(choices(pool("sh", 20, 20))).not.toBe(choices(pool("sh", 1, 1)));
  });

  test("give ovf room for more", () => {
    expect(choices(pool("ovf", 1, 1), 5)).toBe("BBAA-");
    expect(choices(pool("ovf", 2, 2), 5)).toBe("BBBAA");
  });

  test.each(["lblc", "lblcr"] as const)("let %s bear with a busy server for longer", (name) => {
    expect(choices(pool(name, 4, 2), 4)).toBe("BBBA");
    expect(choices(pool(name, 8, 4), 4)).toBe("BBBB");
  });

  test("make the head start of the first server smaller with twos", () => {
    const firstShare = (made: Pool): number => {
      const text = made.picks(3000);
      return text.split("B").length - 1;
    };
    // (w + 1) / (total + 1) a draw, and idle servers stay with the first draw: 2/3, then 11/21
    expect(firstShare(pool("twos", 1, 1))).toBeGreaterThan(1900);
    expect(firstShare(pool("twos", 10, 10))).toBeLessThan(1700);
  });
});

describe("another order of adding", () => {
  const exact = fc.constantFrom(
    "rr" as const,
    "wrr" as const,
    "wlc" as const,
    "sed" as const,
    "nq" as const,
  );

  test.prop([exact, fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 7 })])(
    "gives each server of a whole cycle as many connections as before",
    (name, ws) => {
      const cycle = name === "rr" ? ws.length : ws.reduce((a, b) => a + b, 0);
      const names = (text: string, order: readonly number[]): number[] =>
        order.map((_, i) => text.split(String.fromCharCode(65 + i)).length - 1);
      const there = names(choices(boundLater(name, ...ws), cycle), ws);
      const back = names(choices(boundLater(name, ...ws.toReversed()), cycle), ws);
      expect(back).toEqual(there.toReversed());
    },
  );

  test.each([
    // a tie goes to the server added last
    ["fo", 3],
    ["lc", 1],
    ["ovf", 2],
    ["lblc", 1],
    ["lblcr", 1],
    // the shares of buckets are not exact
    ["dh", 1],
    ["sh", 40],
    ["mh", 40],
    // the first server of the list has one chance more
    ["twos", 1000],
  ] as const)("may favour another server with %s", (name, count) => {
    const servers = pool(name, 1, 1, 1);
    const got = ["A", "B", "C"].map((server) => servers.picks(count).split(server).length - 1);
    expect(new Set(got).size).toBeGreaterThan(1);
  });
});

describe("a server of weight 0 beside the others", () => {
  test.prop([fc.constantFrom(...without("dh", "sh")), weights])("changes nothing", (name, ws) => {
    expect(choices(pool(name, ...ws, 0))).toBe(choices(pool(name, ...ws)));
  });

  test("takes buckets of dh, whose addresses get nobody", () => {
    const picks = (made: Pool): string =>
      Array.from({ length: 20 }, (_, i) =>
        made.nameOf(made.select({ ...from(1), packetDestination: address(`10.9.0.${i}`) })),
      ).join("");
    expect(picks(pool("dh", 1))).toBe("A".repeat(20));
    expect(picks(pool("dh", 1, 0))).toContain("-");
  });

  test("takes a bucket of sh in each turn, whose clients get nobody", () => {
    expect(choices(pool("sh", 1))).toBe("A".repeat(PICKS));
    expect(choices(pool("sh", 1, 0))).toContain("-");
  });

  test("restarts wrr when it comes in the middle of a round", () => {
    const made = pool("wrr", 1, 1, 1);
    expect(made.picks(1)).toBe("C");
    expect(made.add(0).picks(2)).toBe("CB");
  });
});

describe("other addresses of all servers and clients", () => {
  const FURTHER = 65_537;

  /** The choices of a pool whose servers and clients all are so much further on. */
  const moved = (name: ImplementedScheduler, ws: readonly number[]): string => {
    const made = new Pool();
    made.firstAddress += FURTHER;
    made.bind(name);
    for (const weight of ws) made.add(weight);
    return choices(made, PICKS, address("10.0.0.1") + FURTHER);
  };

  test.prop([fc.constantFrom(...without("sh", "mh")), weights])("change no choice", (name, ws) => {
    expect(moved(name, ws)).toBe(choices(pool(name, ...ws)));
  });

  test.each(["sh", "mh"] as const)("change %s's", (name) => {
    expect(moved(name, [1, 1, 1])).not.toBe(choices(pool(name, 1, 1, 1)));
  });
});

test.prop([weights, fc.integer({ min: 1, max: 30 })])(
  "rr, wrr, fo, dh, sh and mh do not ask how many connections a server has",
  (ws, busy) => {
    for (const name of ["rr", "wrr", "fo", "dh", "sh", "mh"] as const) {
      const made = pool(name, ...ws);
      for (const server of made.destinations) server.activeConnections = busy * server.weight;
      expect(sorted(made.picks(PICKS))).toBe(sorted(pool(name, ...ws).picks(PICKS)));
    }
  },
);
