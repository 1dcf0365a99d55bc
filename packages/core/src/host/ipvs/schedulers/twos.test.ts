import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import type { Destination } from "../destination.ts";
import { type Pool, pool } from "./pool.fixture.ts";
import { twos } from "./twos.ts";

/** A pool whose draws are given. */
const drawing = (
  draws: readonly number[],
  ...weights: number[]
): { pool: Pool; bounds: number[] } => {
  const made = pool("rr", ...weights);
  const bounds: number[] = [];
  let next = 0;
  const rng = {
    below(bound: number): number {
      bounds.push(bound);
      return draws[next++] as number;
    },
    stream: () => rng,
  };
  const scheduler = twos(made, { ...made, rng, engine: made.engine });
  Object.assign(made, { select: () => scheduler.select(null as never) });
  return { pool: made, bounds };
};

test.each([
  // the list is C 3, B 2, A 1: draws 0 to 3 are C, 4 and 5 B, 6 A
  [0, 0, "C"],
  [3, 3, "C"],
  [4, 4, "B"],
  [5, 5, "B"],
  [6, 6, "A"],
])("draws %i and %i out of 0 to 6 fall on %s", (first, second, name) => {
  const { pool: made, bounds } = drawing([first, second], 1, 2, 3);
  expect(made.nameOf(made.select())).toBe(name);
  expect(bounds).toEqual([7, 7]);
});

test("of two the less loaded for its weight takes the connection, the first of a tie", () => {
  const { pool: made } = drawing([0, 6, 6, 0, 0, 6], 1, 2, 3);
  expect(made.nameOf(made.select())).toBe("C");
  expect(made.nameOf(made.select())).toBe("A");
  made.named("C").activeConnections = 1;
  expect(made.nameOf(made.select())).toBe("A");
});

test("the products have 32 bits, as the kernel's", () => {
  const { pool: made } = drawing([0, 65_536], 1, 65_535);
  made.named("B").activeConnections = 1;
  made.named("A").activeConnections = 128;
  // 257 · 128 · 65,535 is below 0 then, so A passes for less loaded
  expect(made.nameOf(made.select())).toBe("A");
});

const servers = fc.array(
  fc.record({
    weight: fc.nat({ max: 4 }),
    active: fc.nat({ max: 5 }),
    overloaded: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

test.prop([servers, fc.nat(), fc.nat()])("is the kernel's walk along the list", (specs, a, b) => {
  const total = specs.reduce((sum, { weight, overloaded }) => sum + (overloaded ? 0 : weight), 0);
  const draws = [a % (total + 1), b % (total + 1)];
  const { pool: made } = drawing(draws, ...specs.map(({ weight }) => weight).reverse());
  specs.forEach(({ active, overloaded }, at) => {
    const server = made.destinations[at] as Destination;
    server.activeConnections = active;
    server.overloaded = overloaded;
  });
  const shares = specs.flatMap(({ weight, overloaded }, at) =>
    new Array<number>(overloaded ? 0 : weight).fill(at),
  );
  const [one, two] = draws.map((draw) => shares[Math.max(0, draw - 1)]);
  const load = (at: number): number => {
    const { active, weight } = specs[at] as (typeof specs)[number];
    return active / weight;
  };
  const expected =
    one === undefined || two === undefined
      ? null
      : made.destinations[load(two) < load(one) ? two : one];
  expect(made.select()).toBe(expected);
});
