import { expect, test } from "vitest";
import { isHit, judge, pairs } from "./hit-rate.ts";

/** One in so many is tried here; `pnpm hit-rate` tries all. */
const STRIDE = 3;

const some = pairs().filter((_name, i) => i % STRIDE === 0);

test("there are pairs to try", () => {
  expect(some.length).toBeGreaterThan(3);
});

test.each(some)("what mends %s is found, and nothing on its mended twin", (name) => {
  const judged = judge(name);
  expect(judged).toMatchObject({ mends: true, falseCauses: [] });
  expect(isHit(judged)).toBe(true);
});
