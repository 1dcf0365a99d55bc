import { expect, test } from "vitest";
import { labNames, libraryLab } from "../run/library.ts";
import { runLab } from "../run/run-lab.ts";
import { columnsOf } from "../views/columns-fixture.ts";
import { lintLines } from "../views/lint-view.ts";
import { textOf } from "../views/styled.ts";
import { isWrong, lintRun } from "./lint-run.ts";
import { LINT, type LintKey } from "./words.ts";

const advice = (name: string, variant?: string) => {
  const lab = libraryLab(name, variant);
  if (lab === undefined) throw new Error(`no lab ${name}`);
  return lintRun(runLab(name, lab, { seed: "1" }));
};
const rulesOf = (name: string, variant?: string): string[] =>
  advice(name, variant).map(({ rule }) => rule);

const shown = (Object.keys(LINT) as LintKey[])
  .map((rule) => ({ rule, lab: LINT[rule].lab }))
  .filter(({ lab }) => labNames().includes(lab));

test("most rules have a lab that shows them", () => {
  expect(shown.length).toBeGreaterThan(8);
});

test.each(shown)("$rule is said of $lab, and not when it is mended", ({ rule, lab }) => {
  expect(rulesOf(lab)).toContain(rule);
  if (libraryLab(lab)?.variants.mended !== undefined)
    expect(rulesOf(lab, "mended")).not.toContain(rule);
});

test.each(["nat", "tun", "dr", "fullnat"])("nothing is wrong with %s", (name) => {
  expect(advice(name).filter(isWrong)).toEqual([]);
});

const mended = labNames().filter((name) => libraryLab(name)?.variants.mended !== undefined);

test.each(mended)("nothing is wrong with %s when it is mended", (name) => {
  expect(advice(name, "mended").filter(isWrong)).toEqual([]);
});

test.each(["en", "zh"] as const)("advice names rule, remedy and lab: %s", (language) => {
  const page = { language, columns: 100, widthOf: columnsOf, showMacs: false };
  const lines = lintLines(advice("arp-ignore-missing"), labNames(), page).map(textOf);
  expect(lines.join("\n")).toMatchSnapshot();
  for (const one of lines) expect(columnsOf(one)).toBeLessThanOrEqual(100);
});
