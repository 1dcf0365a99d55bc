import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { createRng } from "../../../rng/rng.ts";
import { Destination } from "../destination.ts";
import { realServer } from "../director.fixture.ts";
import type { OverloadVariant } from "../overload.ts";
import { Statistics } from "../statistics.ts";
import { Pool } from "./pool.fixture.ts";

const NAMES = ["lc", "wlc", "sed", "nq"] as const;
type Name = (typeof NAMES)[number];

/** The kernel's loops: the list from its head, a later server only if it is strictly better. */
function scanned(name: Name, servers: readonly Destination[], activeWeight: number): number {
  let least = -1;
  const loadAt = (at: number): number => {
    const { activeConnections, inactiveConnections } = servers[at] as Destination;
    if (name === "sed" || name === "nq") return activeConnections + 1;
    return activeConnections * activeWeight + inactiveConnections;
  };
  const shareAt = (at: number): number => (name === "lc" ? 1 : (servers[at] as Destination).weight);
  for (let at = 0; at < servers.length; at++) {
    const { weight, overloaded, activeConnections } = servers[at] as Destination;
    if (weight === 0 || overloaded) continue;
    if (name === "nq" && activeConnections === 0) return at;
    if (least < 0 || loadAt(least) * shareAt(at) > loadAt(at) * shareAt(least)) least = at;
  }
  return least;
}

const filled = (name: Name, weights: readonly number[], variant?: OverloadVariant): Pool => {
  const made = new Pool(variant).bind(name);
  for (const weight of weights) made.add(weight);
  return made;
};

describe.each(NAMES)("%s among many servers", (name) => {
  test.each([
    ["edge-triggered", 257],
    ["classic", 256],
  ] as const)("decides as the scan does in 130,000 random steps (%s)", (variant, activeWeight) => {
    const rng = createRng(`${name} ${variant}`);
    const made = new Pool(variant).bind(name);
    for (let i = 0; i < 40; i++) made.add(rng.below(6));
    for (let step = 0; step < 130_000; step++) {
      disturb(made, (bound) => rng.below(bound));
      const chosen = made.select();
      const at = chosen === null ? -1 : made.destinations.indexOf(chosen);
      if (at !== scanned(name, made.destinations, activeWeight))
        expect.fail(`step ${step}: place ${at} of ${made.destinations.length}`);
      if (chosen !== null && rng.below(4) > 0) chosen.activeConnections++;
    }
  });

  const state = fc.record({
    weight: fc.nat({ max: 3 }),
    active: fc.nat({ max: 3 }),
    inactive: fc.nat({ max: 3 }),
    overloaded: fc.boolean(),
  });
  test.prop([fc.array(state, { minLength: 33, maxLength: 70 }), fc.array(fc.nat(69))])(
    "finds the first of the least, and again after each change",
    (states, changes) => {
      const made = filled(name, states.map(({ weight }) => weight).reverse());
      const agree = (): void => {
        const at = scanned(name, made.destinations, 257);
        expect(made.select()).toBe(made.destinations[at] ?? null);
      };
      states.forEach(({ active, inactive, overloaded }, at) => {
        const server = made.destinations[at] as Destination;
        server.activeConnections = active;
        server.inactiveConnections = inactive;
        server.overloaded = overloaded;
      });
      agree();
      for (const change of changes) {
        const server = made.destinations[change % states.length] as Destination;
        server.overloaded = !server.overloaded;
        agree();
      }
    },
  );

  test("tells nobody of changes any more once the scheduler is gone", () => {
    const made = filled(name, new Array(40).fill(1));
    made.select();
    expect(made.destinations.every((server) => server.ranking !== null)).toBe(true);
    const removed = made.named("C");
    made.remove("C");
    expect(removed.ranking).toBe(null);
    made.select();
    made.bind("rr");
    expect(made.destinations.every((server) => server.ranking === null)).toBe(true);
  });

  test("needs no ranking for a few servers", () => {
    const made = filled(name, new Array(32).fill(1));
    made.select();
    expect(made.destinations.every((server) => server.ranking === null)).toBe(true);
  });
});

/** One to three changes of the kinds that traffic and `ipvsadm` make; between 30 and 70 servers stay. */
function disturb(made: Pool, below: (bound: number) => number): void {
  for (let left = 1 + below(3); left > 0; left--) {
    const { destinations } = made;
    const server = destinations[below(destinations.length)] as Destination;
    const kind = below(100);
    if (kind < 40) server.activeConnections = Math.max(0, server.activeConnections - 1);
    else if (kind < 70) server.inactiveConnections = below(3);
    else if (kind < 85) server.overloaded = below(4) === 0;
    else if (kind < 97) server.weight = below(6);
    else if (kind < 98 && destinations.length < 70) made.insert(newServer(below));
    else if (destinations.length > 30) made.remove(made.nameOf(server));
  }
}

const newServer = (below: (bound: number) => number): Destination =>
  new Destination(
    { kind: "fwmark", mark: 1 },
    realServer(1000 + below(2 ** 20), { weight: below(6) }),
    new Statistics(),
  );
