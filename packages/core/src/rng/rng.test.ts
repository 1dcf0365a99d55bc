import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { createRng, type Rng } from "./rng.ts";

const draws = (rng: Rng, count = 20): number[] =>
  Array.from({ length: count }, () => rng.below(2 ** 32));

describe("random streams", () => {
  test.prop([fc.string(), fc.string()])("repeat for the same seed and name", (seed, name) => {
    expect(draws(createRng(seed).stream(name))).toEqual(draws(createRng(seed).stream(name)));
  });

  test.prop([fc.string(), fc.string(), fc.nat(50)])(
    "do not depend on what was drawn from their parent or from another one",
    (seed, name, before) => {
      const rng = createRng(seed);
      draws(rng, before);
      draws(rng.stream(`${name}+`), before);
      expect(draws(rng.stream(name))).toEqual(draws(createRng(seed).stream(name)));
    },
  );

  test("differ by seed and by name", () => {
    const streams = [
      createRng("a"),
      createRng("b"),
      createRng("a").stream("loss"),
      createRng("a").stream("delay"),
      createRng("a").stream("loss").stream("loss"),
    ];
    expect(new Set(streams.map((rng) => draws(rng).join())).size).toBe(streams.length);
  });

  test.prop([fc.string(), fc.integer({ min: 1, max: 2 ** 32 })])(
    "stay below their bound",
    (seed, bound) => {
      const rng = createRng(seed);
      for (let i = 0; i < 20; i++) {
        const draw = rng.below(bound);
        expect(Number.isInteger(draw) && draw >= 0 && draw < bound).toBe(true);
      }
    },
  );

  test("spread evenly", () => {
    const rng = createRng("even");
    const counts = new Array<number>(8).fill(0);
    for (let i = 0; i < 80_000; i++) {
      const draw = rng.below(8);
      counts[draw] = (counts[draw] as number) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  test.each([0, -1, 2 ** 32 + 1])("refuse the bound %d", (bound) => {
    expect(() => createRng("a").below(bound)).toThrow("bound out of range");
  });

  test("give the draws that were recorded for a seed", () => {
    expect(draws(createRng("lvsim").stream("link/loss"), 3)).toMatchInlineSnapshot(`
      [
        1201509351,
        588680817,
        734426751,
      ]
    `);
  });
});
