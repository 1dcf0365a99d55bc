import { createRng } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import { Choices, homogeneity } from "./distribution.ts";

const choices = (list: Iterable<unknown>): Choices => {
  const made = new Choices();
  for (const choice of list) made.add(choice);
  return made;
};

const drawn = (seed: string, shares: readonly number[]): Choices => {
  const rng = createRng(seed);
  return choices(Array.from({ length: 400 }, () => shares[rng.below(shares.length)]));
};

const agree = (a: Choices, b: Choices): boolean => {
  const { chiSquare, bound } = homogeneity(a, b);
  return chiSquare <= bound;
};

describe("random choices", () => {
  test("of one source agree for nearly all seeds", () => {
    const agreeing = Array.from({ length: 200 }, (_, i) =>
      agree(drawn(`a${i}`, [0, 1, 1]), drawn(`b${i}`, [0, 1, 1])),
    );
    expect(agreeing.filter((agrees) => !agrees).length).toBeLessThanOrEqual(1);
  });

  test("of other shares differ", () => {
    expect(agree(drawn("a", [0, 1]), drawn("b", [0, 1, 1]))).toBe(false);
  });

  test("that alternate differ from independent ones of the same shares", () => {
    expect(agree(drawn("a", [0, 1]), choices("01".repeat(200)))).toBe(false);
  });

  test("of one kind only are compared all the same", () => {
    expect(agree(choices("0".repeat(400)), choices("0".repeat(400)))).toBe(true);
    expect(agree(choices("0".repeat(400)), choices("1".repeat(400)))).toBe(false);
  });
});
