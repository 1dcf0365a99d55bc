/** How evenly schedulers share connections out, held against the numbers that are published or proven for them. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { createRng } from "../../../rng/rng.ts";
import { greatestCommonDivisor } from "./greatest-common-divisor.ts";
import { type MaglevSeat, maglevTable } from "./maglev.ts";
import { ownersOfSlots } from "./mh.ts";
import { boundLater, from, Pool, pool } from "./pool.fixture.ts";

const NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const weights = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const divisorOf = (numbers: readonly number[]): number => numbers.reduce(greatestCommonDivisor, 0);

/** How often each of the servers A, B, C … was chosen. */
const counted = (picks: string, servers: number): number[] =>
  Array.from({ length: servers }, (_, i) => picks.split(NAMES[i] as string).length - 1);

/** Jain's fairness index of what servers got, each in relation to what it should have. */
const jain = (shares: readonly number[]): number =>
  sum(shares) ** 2 / (shares.length * sum(shares.map((share) => share * share)));

describe("Jain's index", () => {
  test.each([
    [[1, 3, 5], 0.77],
    [[1, 4, 5], 0.79],
    [[1, 2, 5], 0.71],
    [[1, 1, 0, 0], 0.5],
  ])("of %j is %d", (shares, index) => {
    expect(jain(shares)).toBeCloseTo(index, 2);
  });

  test.prop([weights])("is 1 for a cycle of rr and, by weight, for a cycle of wrr", (ws) => {
    const turns = counted(pool("rr", ...ws).picks(ws.length), ws.length);
    expect(jain(turns)).toBe(1);
    const made = pool("wrr", ...ws);
    made.picks(ws.length);
    const got = counted(made.picks(sum(ws)), ws.length);
    expect(jain(got.map((count, i) => count / (ws[i] as number)))).toBeCloseTo(1, 12);
  });

  test("is k / n while fo sends everything to k = 1 of n servers", () => {
    expect(jain(counted(pool("fo", 1, 2, 3, 4).picks(100), 4))).toBe(1 / 4);
  });
});

describe("wrr", () => {
  test.prop([weights, fc.nat({ max: 500 })])(
    "gives exact shares in W / gcd choices, wherever they begin after its first round",
    (ws, skipped) => {
      const made = pool("wrr", ...ws);
      const divisor = divisorOf(ws);
      made.picks(ws.length + skipped);
      const cycle = counted(made.picks(sum(ws) / divisor), ws.length);
      expect(cycle).toEqual(ws.map((weight) => weight / divisor));
    },
  );

  test.each([
    ["5, 1, 1", [5, 1, 1], "AAAAABC"],
    ["4, 3, 2", [4, 3, 2], "AABABCABC"],
    ["1, 2, 3, 4", [1, 2, 3, 4], "DCDBCDABCD"],
  ])("takes weights %s of a list in interleaved order, not smoothly", (_title, ws, expected) => {
    expect(inListOrder(boundLater("wrr", ...ws).picks(sum(ws)), ws.length)).toBe(expected);
  });

  /** The largest distance of a server from its due share, in one cycle. */
  const deviation = (...ws: number[]): number => {
    const made = boundLater("wrr", ...ws);
    const cycle = sum(ws) / divisorOf(ws);
    const picks = inListOrder(made.picks(cycle), ws.length);
    let largest = 0;
    const got = ws.map(() => 0);
    for (let turn = 1; turn <= cycle; turn++) {
      const chosen = NAMES.indexOf(picks[turn - 1] as string);
      got[chosen] = (got[chosen] as number) + 1;
      got.forEach((count, i) => {
        largest = Math.max(largest, Math.abs(count - (turn * (ws[i] as number)) / sum(ws)));
      });
    }
    return largest;
  };

  test("strays up to 5.44 connections with two servers of weights up to 30", () => {
    let largest = 0;
    for (let a = 1; a <= 30; a++)
      for (let b = 1; b <= a; b++) largest = Math.max(largest, deviation(a, b));
    expect(largest).toBeCloseTo(5.44, 2);
    expect(deviation(30, 13)).toBe(largest);
  });

  test.each([
    [[30, 11, 11], 8.46],
    [[12, 5, 5, 5], 4.44],
  ])("strays for weights %j by %d", (ws, most) => {
    expect(deviation(...ws)).toBeCloseTo(most, 2);
  });

  test("serves 100 in a row for weights 100, 1, 1", () => {
    const picks = pool("wrr", 100, 1, 1).picks(500);
    expect(Math.max(...picks.split(/[^A]/).map((run) => run.length))).toBe(100);
  });
});

/** Names the servers in the order of the list instead of the order of adding. */
const inListOrder = (picks: string, servers: number): string =>
  [...picks].map((name) => NAMES[servers - 1 - NAMES.indexOf(name)]).join("");

describe("schedulers that go by load", () => {
  test.prop([weights, fc.constantFrom("wlc" as const, "sed" as const, "nq" as const)])(
    "have given each server exactly its weight after as many connections as all weights",
    (ws, name) => {
      expect(counted(pool(name, ...ws).picks(sum(ws), true), ws.length)).toEqual(ws);
    },
  );

  test.prop([weights, fc.nat({ max: 200 })])(
    "wlc is never more than one connection ahead of its weights",
    (ws, count) => {
      const got = counted(pool("wlc", ...ws).picks(count, true), ws.length);
      for (const [i, weight] of ws.entries())
        for (const [j, other] of ws.entries())
          expect(((got[i] as number) - 1) * other).toBeLessThanOrEqual((got[j] as number) * weight);
    },
  );

  test.prop([weights, fc.nat({ max: 100 })])(
    "lc keeps counts within one connection",
    (ws, count) => {
      const got = counted(pool("lc", ...ws).picks(count, true), ws.length);
      expect(Math.max(...got) - Math.min(...got)).toBeLessThanOrEqual(1);
    },
  );

  test.prop([weights, fc.nat({ max: 100 })])(
    "nq gives nobody a second connection while somebody is idle",
    (ws, count) => {
      const got = counted(pool("nq", ...ws).picks(count, true), ws.length);
      expect(Math.max(...got) >= 2 && Math.min(...got) === 0).toBe(false);
    },
  );

  test.prop([weights])("ovf fills servers one after another, one above their weight", (ws) => {
    const got = counted(pool("ovf", ...ws).picks(sum(ws) + ws.length + 3, true), ws.length);
    expect(got).toEqual(ws.map((weight) => weight + 1));
  });
});

describe("hash tables", () => {
  test.prop([fc.integer({ min: 1, max: 26 })], { numRuns: 26 })(
    "mh gives equal servers the floor or the ceiling of 4093 / n slots",
    (servers) => {
      const made = pool("mh", ...new Array<number>(servers).fill(1));
      for (const share of slotShares(made)) {
        expect(share).toBeGreaterThanOrEqual(Math.floor(4093 / servers));
        expect(share).toBeLessThanOrEqual(Math.ceil(4093 / servers));
      }
    },
  );

  test("mh gives weights 3, 2, 1 their slots of 4093", () => {
    const made = pool("mh", 3, 2, 1);
    const shares = [...slotShares(made)].sort((a, b) => a - b);
    // 1/6, 2/6 and 3/6; the last round is cut where the table is full
    expect(shares).toEqual([683, 1364, 2046]);
  });

  test("mh moves about a ninth of the slots when one of ten servers goes, at least its tenth", () => {
    const made = pool("mh", ...new Array<number>(10).fill(1));
    const before = slots(made);
    made.remove("E");
    const after = slots(made);
    const moved = before.filter((name, slot) => name !== after[slot]).length / 4093;
    expect(moved).toBeGreaterThanOrEqual(0.0999);
    expect(moved).toBeLessThan(0.125);
    const away = before.filter((name) => name === "E").length / 4093;
    expect(away).toBeCloseTo(0.1, 3);
  });

  /** 1,000 servers and whose the slots of a table of `size` are; made once for each size. */
  const tables = new Map<number, { seats: MaglevSeat[]; owners: Int32Array }>();
  const tableOf = (size: number): { seats: MaglevSeat[]; owners: Int32Array } => {
    const known = tables.get(size);
    if (known !== undefined) return known;
    const rng = createRng(`disruption ${size}`);
    const seats = Array.from({ length: 1000 }, () => ({
      offset: rng.below(size),
      skip: 1 + rng.below(size - 1),
      turns: 1,
    }));
    const made = { seats, owners: maglevTable(seats, size) };
    tables.set(size, made);
    return made;
  };

  /** Share of slots with another owner after `removed` of 1,000 servers went, in a table of `size`. */
  const disruption = (size: number, removed: number): number => {
    const { seats, owners } = tableOf(size);
    const after = maglevTable(seats.slice(removed), size);
    let moved = 0;
    for (let slot = 0; slot < size; slot++)
      if (owners[slot] !== (after[slot] as number) + removed) moved++;
    return moved / size;
  };

  test.each([
    [65_537, 1, 0.0067],
    [65_537, 10, 0.0337],
    [65_537, 50, 0.0829],
    [65_537, 100, 0.136],
    [655_373, 1, 0.0042],
    [655_373, 10, 0.0157],
    [655_373, 50, 0.0591],
    [655_373, 100, 0.1105],
  ])(
    "Maglev with %i slots and 1,000 servers of which %i go moves a share of %d",
    (size, removed, share) => {
      const moved = disruption(size, removed);
      expect(moved).toBeGreaterThanOrEqual(removed / 1000 - 0.001);
      expect(Math.abs(moved - share)).toBeLessThan(0.25 * share);
    },
  );

  test("Maglev with more than 100 slots a server is within 1 %", () => {
    const size = 65_537;
    const rng = createRng("balance");
    const count = 600;
    const seats = Array.from({ length: count }, () => ({
      offset: rng.below(size),
      skip: 1 + rng.below(size - 1),
      turns: 1,
    }));
    const shares = new Array<number>(count).fill(0);
    for (const owner of maglevTable(seats, size)) shares[owner] = (shares[owner] as number) + 1;
    expect(Math.max(...shares) / (size / count)).toBeLessThanOrEqual(1.01);
  });

  test("sh gives servers of weight 1, 2 and 5 their part of 256 buckets, give or take one turn", () => {
    const got = counted(clientsOf(pool("sh", 1, 2, 5), 60_000), 3);
    for (const [i, part] of [1 / 8, 2 / 8, 5 / 8].entries())
      expect(Math.abs((got[i] as number) / 60_000 - part)).toBeLessThan(0.01);
  });
});

/** Whom many clients are sent to. */
const clientsOf = (made: Pool, clients: number): string =>
  Array.from({ length: clients }, (_, i) =>
    made.nameOf(made.select(from(0x0a000000 + 7 * i))),
  ).join("");

const slots = (made: Pool): string[] =>
  ownersOfSlots(made.destinations).map((server) => made.nameOf(server));

const slotShares = (made: Pool): number[] =>
  counted(slots(made).join(""), made.destinations.length);

describe("twos", () => {
  /** The largest number of connections after n connections to n servers, over several seeds. */
  const largest = (servers: number, seeds: number): number[] =>
    Array.from({ length: seeds }, (_, seed) => {
      const made = new Pool("edge-triggered", `twos ${seed}`).bind("twos");
      for (let i = 0; i < servers; i++) made.add(1);
      for (let i = 0; i < servers; i++) {
        const chosen = made.select();
        if (chosen !== null) chosen.activeConnections++;
      }
      return Math.max(...made.destinations.map((server) => server.activeConnections));
    });

  test("leaves 1,024 servers with 3 at most after 1,024 connections, where one draw leaves 5.72", () => {
    const most = largest(1024, 8);
    expect(sum(most) / most.length).toBeCloseTo(3, 0);
    expect(Math.max(...most)).toBeLessThanOrEqual(4);
  });

  test("leaves 4,096 servers with 3 or 4", () => {
    for (const most of largest(4096, 1)) expect([3, 4]).toContain(most);
  });
});
