import { expect, test } from "vitest";
import { judgeMade } from "./generated.ts";
import { isHit, rateLines } from "./rates.ts";

/** `pnpm hit-rate --generated 500` tries more, and others. */
const LABS = 10;
const FIRST_SEED = 100;

test("most made labs are mended, and nothing is said of healthy ones", () => {
  const judged = Array.from({ length: LABS }, (_unused, i) => judgeMade(FIRST_SEED + i));
  const text = rateLines(judged).join("\n");
  expect(
    judged.flatMap(({ falseCauses }) => falseCauses),
    text,
  ).toEqual([]);
  expect(judged.filter(isHit).length, text).toBeGreaterThanOrEqual(0.9 * LABS);
});
