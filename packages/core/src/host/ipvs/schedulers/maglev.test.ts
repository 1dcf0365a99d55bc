import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { type MaglevSeat, maglevTable } from "./maglev.ts";

/** Table 1 of the Maglev paper: three backends and seven slots. */
const [B1, B2, B3] = [
  { offset: 3, skip: 4, turns: 1 },
  { offset: 0, skip: 2, turns: 1 },
  { offset: 3, skip: 1, turns: 1 },
] as const satisfies readonly MaglevSeat[];

test("the table of the paper comes out, before and after B2 goes", () => {
  expect([...maglevTable([B1, B2, B3], 7)]).toEqual([1, 0, 1, 0, 2, 2, 0]);
  expect([...maglevTable([B1, B3], 7)]).toEqual([0, 0, 0, 0, 1, 1, 1]);
});

test("without turns every slot is free", () => {
  expect([...maglevTable([{ ...B1, turns: 0 }], 7)]).toEqual(new Array(7).fill(-1));
  expect([...maglevTable([], 7)]).toEqual(new Array(7).fill(-1));
});

const SIZE = 251;
const seats = fc.array(
  fc.record({
    offset: fc.nat({ max: SIZE - 1 }),
    skip: fc.integer({ min: 1, max: SIZE - 1 }),
    turns: fc.constant(1),
  }),
  { minLength: 1, maxLength: 20 },
);

const shares = (owners: Int32Array, count: number): number[] =>
  Array.from({ length: count }, (_, at) => owners.filter((owner) => owner === at).length);

test.prop([seats])("equal seats have the floor or the ceiling of their share", (given) => {
  for (const share of shares(maglevTable(given, SIZE), given.length)) {
    expect(share).toBeGreaterThanOrEqual(Math.floor(SIZE / given.length));
    expect(share).toBeLessThanOrEqual(Math.ceil(SIZE / given.length));
  }
});

test.prop([seats])(
  "each slot goes to the seat that claims it first, by the definition",
  (given) => {
    const owners = new Map<number, number>();
    const claims = given.map(() => 0);
    while (owners.size < SIZE)
      given.forEach(({ offset, skip }, at) => {
        if (owners.size === SIZE) return;
        const slot = (): number => (offset + (claims[at] as number) * skip) % SIZE;
        while (owners.has(slot())) claims[at] = (claims[at] as number) + 1;
        owners.set(slot(), at);
      });
    const expected = Array.from({ length: SIZE }, (_, slot) => owners.get(slot));
    expect([...maglevTable(given, SIZE)]).toEqual(expected);
  },
);
