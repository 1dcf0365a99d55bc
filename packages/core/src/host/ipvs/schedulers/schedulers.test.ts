import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { address } from "../director.fixture.ts";
import type { OverloadVariant } from "../overload.ts";
import { HASH_BITS, hash32 } from "./hash.ts";
import type { ImplementedScheduler } from "./index.ts";
import { boundLater, from, Pool, pool } from "./pool.fixture.ts";

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

describe("an active connection beside 256 inactive ones", () => {
  /** B, the first of the list, has an active connection, A has 256 inactive ones. */
  const chosen = (name: ImplementedScheduler, variant: OverloadVariant): string => {
    const made = new Pool(variant).bind(name).add(1).add(1);
    made.named("B").activeConnections = 1;
    made.named("A").inactiveConnections = 256;
    return [...new Set(made.picks(60))].sort().join("");
  };

  test.each(["lc", "wlc", "lblc", "lblcr"] as const)(
    "weighs as much for %s before 6.1.187, and one more since",
    (name) => {
      expect(chosen(name, "classic")).toBe("B");
      expect(chosen(name, "edge-triggered")).toBe("A");
    },
  );

  test("counts for twos by the kernel as well", () => {
    const share = (variant: OverloadVariant): number => {
      const made = new Pool(variant).bind("twos").add(1).add(1);
      made.named("B").activeConnections = 1;
      made.named("A").inactiveConnections = 256;
      return made.picks(900).split("A").length - 1;
    };
    // a draw is B with 2/3; of B and A the first draw wins a tie: 1/9 + 2/9 for A, else 5/9
    expect(Math.abs(share("classic") - 300)).toBeLessThan(60);
    expect(Math.abs(share("edge-triggered") - 500)).toBeLessThan(60);
  });

  test.each(["sed", "nq"] as const)("is all that counts for %s", (name) => {
    expect(chosen(name, "classic")).toBe("A");
    expect(chosen(name, "edge-triggered")).toBe("A");
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

test.prop([weights, clients])("sh-fallback finds a server whenever one is usable", (ws, cs) => {
  const made = pool("sh", ...ws);
  made.schedulerFlags = 0x08;
  const usable = ws.some((weight) => weight > 0);
  for (const client of cs) expect(made.select(from(client)) !== null).toBe(usable);
});
