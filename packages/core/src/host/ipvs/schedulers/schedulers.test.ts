import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { Destination } from "../destination.ts";
import { address } from "../director.fixture.ts";
import { HASH_BITS, hash32 } from "./hash.ts";
import { boundLater, from, pool, REQUEST } from "./pool.fixture.ts";

describe("golden sequences", () => {
  test.each([
    ["rr goes from the server added last to the first", pool("rr", 1, 1, 1), 4, "CBAC"],
    ["rr skips quiesced servers", pool("rr", 1, 0, 1), 4, "CACA"],
    ["wrr gives each server one connection first", pool("wrr", 4, 3, 2), 18, "CBAABACBACBAABACBA"],
    ["wrr interleaves", pool("wrr", 1, 2, 3), 12, "CBACCBCBACCB"],
    ["wrr runs down from a large weight", pool("wrr", 5, 1, 1), 14, "CBAAAAACBAAAAA"],
    ["wrr divides by the common divisor", pool("wrr", 100, 200), 9, "BABBABBAB"],
    ["wrr starts at the top when bound late", boundLater("wrr", 4, 3, 2), 9, "CCBCBACBA"],
    ["wrr without a weight chooses nobody", pool("wrr", 0, 0), 2, "--"],
    ["fo takes the largest weight, the earlier of a tie", pool("fo", 3, 3, 1), 2, "BB"],
  ] as const)("%s", (_fact, made, count, expected) => {
    expect(made.picks(count)).toBe(expected);
  });

  test.each([
    ["wlc", 12, "CBAABACBAABA"],
    ["sed", 12, "ABACBAABACBA"],
    ["nq", 12, "CBAABAABACBA"],
    ["ovf", 10, "AAAABBBCC-"],
  ] as const)("%s over weights 3, 2, 1 from the end of the list", (name, count, expected) => {
    expect(pool(name, 3, 2, 1).picks(count, true)).toBe(expected);
  });

  test("lc ignores weights and keeps the earlier of a tie", () => {
    expect(pool("lc", 9, 1, 1).picks(6, true)).toBe("CBACBA");
  });

  test("wrr restarts at the head and keeps its level at an edit without a difference", () => {
    const made = pool("wrr", 2, 1);
    expect(made.picks(3)).toBe("BAA");
    expect(made.edit("A", 2).picks(4)).toBe("ABAA");
  });

  test("wrr takes the new divisor after an edit", () => {
    expect(pool("wrr", 100, 200).edit("A", 0).picks(4)).toBe("BBBB");
  });

  test("rr goes on with the successor of a deleted server", () => {
    const made = pool("rr", 1, 1, 1, 1);
    expect(made.picks(2)).toBe("DC");
    expect(made.remove("C").picks(3)).toBe("BAD");
  });

  test("an overloaded server is skipped by everyone", () => {
    for (const name of ["rr", "wrr", "lc", "wlc", "sed", "nq", "fo", "ovf"] as const) {
      const made = pool(name, 2, 1);
      for (const server of made.destinations) server.overloaded = true;
      expect(made.picks(3)).toBe("---");
    }
  });

  test.each([
    ["10.0.0.1", 39, 203],
    ["10.0.0.2", 137, 45],
    ["192.168.1.100", 89, 253],
    ["203.0.113.7", 124, 32],
    ["255.255.255.255", 158, 66],
  ])("%s hashes to %i, with port 40000 to %i", (text, bucket, withPort) => {
    expect(hash32(address(text), HASH_BITS)).toBe(bucket);
    expect(hash32((address(text) + 40_000) | 0, HASH_BITS)).toBe(withPort);
  });
});

const weights = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 8 });
const clients = fc.array(fc.integer(), { minLength: 1, maxLength: 20 });
test.prop([weights, fc.nat({ max: 20 })])(
  "rr gives every usable server one turn a cycle",
  (ws, skip) => {
    const made = pool("rr", ...ws);
    const usable = ws.filter((weight) => weight > 0).length;
    made.picks(skip);
    const cycle = made.picks(usable);
    expect(new Set(cycle).size).toBe(usable);
  },
);

test.prop([weights])("wrr gives exact shares after its first round", (ws) => {
  const usable = ws.filter((weight) => weight > 0);
  fc.pre(usable.length > 0);
  const made = pool("wrr", ...ws);
  made.picks(usable.length);
  const round = ws.reduce((sum, weight) => sum + weight, 0);
  const cycle = made.picks(round);
  ws.forEach((weight, i) => {
    const name = String.fromCharCode(65 + i);
    expect([...cycle].filter((letter) => letter === name).length).toBe(weight);
  });
});

const loads = fc.array(
  fc.record({
    weight: fc.nat({ max: 5 }),
    active: fc.nat({ max: 100 }),
    inactive: fc.nat({ max: 1000 }),
    overloaded: fc.boolean(),
  }),
  { maxLength: 8 },
);

test.prop([loads, fc.constantFrom("lc" as const, "wlc" as const)])(
  "the choice is the first server of the least load",
  (specs, name) => {
    const made = pool(name, ...specs.map(({ weight }) => weight).reverse());
    specs.forEach(({ active, inactive, overloaded }, i) => {
      const server = made.destinations[i] as Destination;
      server.activeConnections = active;
      server.inactiveConnections = inactive;
      server.overloaded = overloaded;
    });
    const load = ({ active, inactive, weight }: (typeof specs)[number]): number =>
      (257 * active + inactive) * (name === "lc" ? 60 : 60 / weight);
    const usable = specs.filter(({ weight, overloaded }) => weight > 0 && !overloaded);
    const least = Math.min(...usable.map(load));
    const expected = specs.findIndex((spec) => usable.includes(spec) && load(spec) <= least + 1e-9);
    expect(made.select()).toBe(made.destinations[expected] ?? null);
  },
);

test.prop([weights, clients])(
  "sh keeps a client with one server, as often as weights say",
  (ws, cs) => {
    const made = pool("sh", ...ws);
    // the plain reading: the list written out by weight, repeated to 256 places
    const turn = made.destinations.flatMap((server) =>
      Array.from({ length: Math.max(1, server.weight) }, () => server),
    );
    for (const client of cs) {
      const bucket = (Math.imul(client, 0x61c88647) >>> 0) >>> 24;
      const home = turn[bucket % turn.length] as Destination;
      expect(made.select(from(client))).toBe(home.weight > 0 ? home : null);
    }
  },
);

test.prop([weights, clients])("sh-fallback finds a server whenever one is usable", (ws, cs) => {
  const made = pool("sh", ...ws);
  made.schedulerFlags = 0x08;
  const usable = ws.some((weight) => weight > 0);
  for (const client of cs) expect(made.select(from(client)) !== null).toBe(usable);
});

test.prop([weights, clients])("dh goes by the destination and ignores weights but 0", (ws, cs) => {
  const made = pool("dh", ...ws);
  for (const destination of cs) {
    const request = { ...REQUEST, packetDestination: destination as Ipv4Address };
    const server = made.destinations[hash32(destination, HASH_BITS) % ws.length] as Destination;
    expect(made.select(request)).toBe(server.weight > 0 ? server : null);
  }
});
