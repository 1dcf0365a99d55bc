import { describe, expect, test } from "vitest";
import type { LabDefinition } from "../lab-file/schema.ts";
import { labNames, libraryLab } from "../run/library.ts";
import { type CheckedRun, checkLab } from "./check-lab.ts";

/** What a lab says holds whatever the random numbers are. */
const SEEDS = ["1", "2"];
const lab = (name: string, variant?: string): LabDefinition => {
  const found = libraryLab(name, variant);
  if (found === undefined) throw new Error(`no lab ${name}`);
  return found;
};

/** Checks that do not come out as they should, with what was found. */
const surprises = ({ results }: CheckedRun, from: number, to: number, holds: boolean): string[] =>
  results
    .slice(from, to)
    .filter((result) => result.holds !== holds && (holds || result.check.shows !== undefined))
    .map(({ check, found }) => `${holds ? "not so" : "yet so"}: ${check.pass.en}: ${found}`);

const failedStarts = ({ run }: CheckedRun): string[] =>
  run.starts
    .filter(({ asExpected }) => !asExpected)
    .map(({ host, command, stderr }) => `${host}# ${command}: ${stderr}`);

const failures = labNames().filter((name) => lab(name).failure !== undefined);
const plain = labNames().filter((name) => lab(name).failure === undefined);

describe.each(failures)("%s", (name) => {
  const broken = lab(name);
  const mended = lab(name, "mended");
  const [own, others] = [broken.validate, mended.validate];

  test("says symptom, mechanism and fix", () => {
    expect(own.map(({ shows }) => shows)).toEqual(expect.arrayContaining(["symptom", "mechanism"]));
    expect(others.map(({ shows }) => shows)).toContain("fix");
  });

  test.each(SEEDS)("shows its failure, and not the mended state, with seed %s", (seed) => {
    const checked = checkLab(name, broken, seed, [...own, ...others]);
    expect(failedStarts(checked)).toEqual([]);
    expect(surprises(checked, 0, own.length, true)).toEqual([]);
    expect(surprises(checked, own.length, own.length + others.length, false)).toEqual([]);
    expect(checked.run.limit).toBeNull();
  });

  test.each(SEEDS)("mended by its knob alone shows it no more, with seed %s", (seed) => {
    const checked = checkLab(name, mended, seed, [...others, ...own]);
    expect(failedStarts(checked)).toEqual([]);
    expect(surprises(checked, 0, others.length, true)).toEqual([]);
    expect(surprises(checked, others.length, others.length + own.length, false)).toEqual([]);
    expect(checked.run.limit).toBeNull();
  });
});

test.each(plain)("%s keeps what it says", (name) => {
  expect(surprises(checkLab(name, lab(name), "1"), 0, Number.MAX_SAFE_INTEGER, true)).toEqual([]);
});
