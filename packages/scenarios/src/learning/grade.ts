/**
 * Grading: a submission is played in a fresh lab, in simulated time, and every check of every step earns its points by itself. What
 * holds in a lab in which nobody did anything earns them only together with something of its step that does not, and a
 * step that needs others only when they earned something.
 */

import { type CheckResult, checkLab } from "../checks/check-lab.ts";
import type { LabDefinition } from "../lab-file/schema.ts";
import type { Expectation } from "../lab-file/step-schema.ts";
import type { LabRun } from "../run/lab-run.ts";
import { type Hint, hintFor } from "./hint.ts";
import { playScripts, type ScriptRun, SUBMISSION_BOUNDS } from "./play-scripts.ts";
import {
  type NamedMachine,
  readSubmission,
  type Script,
  type SubmittedFile,
} from "./submission.ts";

export interface GradedCheck {
  /** Number of the step, from 0. */
  readonly step: number;
  readonly expectation: Expectation;
  readonly holds: boolean;
  /** 0 or the check's points. */
  readonly earned: number;
  /** What was found, in a line. */
  readonly found: string;
}

export interface Grade {
  readonly points: number;
  readonly maximum: number;
  readonly checks: readonly GradedCheck[];
  readonly scripts: readonly ScriptRun[];
  /** The limit that ended the run early, by its name; null for none. */
  readonly limit: string | null;
  /** Where to look first; null when all is well, or when nothing can be said. */
  readonly hint: Hint | null;
  readonly run: LabRun;
}

interface Played {
  readonly run: LabRun;
  readonly results: readonly CheckResult[];
  readonly scripts: readonly ScriptRun[];
}

/** Grades submissions to one lesson; all of them with one seed. */
export class Grader {
  readonly definition: LabDefinition;
  private readonly name: string;
  private readonly seed: string;
  private readonly expectations: readonly { step: number; expectation: Expectation }[];
  private reference: Played | null = null;
  private untouched: Played | null = null;

  constructor(name: string, definition: LabDefinition, seed: string) {
    this.name = name;
    this.definition = definition;
    this.seed = seed;
    this.expectations = definition.steps.flatMap(({ expects }, step) =>
      expects.map((expectation) => ({ step, expectation })),
    );
  }

  /** The most that there is to earn. */
  get maximum(): number {
    return this.expectations.reduce((sum, { expectation }) => sum + expectation.points, 0);
  }

  /** All machines; a submission may tell of those of the reference solution, or of all where there is none. */
  machines(): NamedMachine[] {
    const { hosts, steps } = this.definition;
    const solved = new Set(steps.flatMap(({ solution }) => Object.keys(solution)));
    return Object.entries(hosts).map(([name, { hostname }]) => ({
      name,
      hostname: hostname ?? name,
      isOpen: solved.size === 0 || solved.has(name),
    }));
  }

  /** Throws `SubmissionError` where the files are no submission. */
  grade(files: readonly SubmittedFile[]): Grade {
    return this.judge(this.play(readSubmission(files, this.machines())));
  }

  /** What the reference solution comes to; null for a lesson without one. */
  referenceRun(): LabRun | null {
    return this.expected()?.run ?? null;
  }

  private judge({ run, results, scripts }: Played): Grade {
    const counting = this.countingSteps(results);
    const checks = this.expectations.map(({ step, expectation }, i): GradedCheck => {
      const { holds = false, found = "" } = results[i] ?? {};
      const earned = holds && counting[step] === true ? expectation.points : 0;
      return { step, expectation, holds, earned, found };
    });
    const points = checks.reduce((sum, { earned }) => sum + earned, 0);
    const { maximum } = this;
    const failed = checks.find(({ holds }) => !holds);
    // of a run that was cut off, the walks tell nothing
    const hint =
      failed === undefined || run.limit !== null ? null : this.hint(failed.expectation, run);
    return { points, maximum, checks, scripts, limit: run.limit, hint, run };
  }

  /** Steps in which something holds that does not hold by itself, and without which nothing that they need is missing. */
  private countingSteps(results: readonly CheckResult[]): boolean[] {
    if (results.every(({ holds }) => holds)) return this.definition.steps.map(() => true);
    const free = this.idle().results;
    const counting: boolean[] = [];
    this.definition.steps.forEach(({ needs }, step) => {
      const isDone = this.expectations.some(
        (one, i) => one.step === step && results[i]?.holds === true && free[i]?.holds === false,
      );
      counting.push(isDone && needs.every((number) => counting[number - 1] === true));
    });
    return counting;
  }

  private hint(failed: Expectation, run: LabRun): Hint | null {
    return hintFor(failed, this.expected()?.run ?? null, run);
  }

  private expected(): Played | null {
    const { hosts, steps } = this.definition;
    if (this.reference === null && steps.some(({ solution }) => Object.keys(solution).length > 0)) {
      const scripts = steps.flatMap(({ solution }, step) =>
        Object.keys(hosts).flatMap((machine): Script[] => {
          const text = solution[machine];
          return text === undefined
            ? []
            : [{ machine, text, file: `step${step + 1}.sh`, offset: 0 }];
        }),
      );
      this.reference = this.play(scripts);
    }
    return this.reference;
  }

  private idle(): Played {
    this.untouched ??= this.play([]);
    return this.untouched;
  }

  private play(scripts: readonly Script[]): Played {
    let runs: ScriptRun[] = [];
    const checks = this.expectations.map(({ expectation }) => expectation);
    const { run, results } = checkLab(this.name, this.definition, this.seed, checks, {
      ...SUBMISSION_BOUNDS,
      onStarted: (lab) => {
        runs = playScripts(lab, scripts);
      },
    });
    return { run, results, scripts: runs };
  }
}

/** The reference solution as a text that can be handed in: a heading for each machine, in order of steps. */
export function solutionText({ hosts, steps }: LabDefinition): string {
  return steps
    .flatMap(({ solution }) =>
      Object.keys(hosts).flatMap((machine) => {
        const text = solution[machine];
        return text === undefined ? [] : [`# machine: ${machine}\n${text.trimEnd()}\n`];
      }),
    )
    .join("\n");
}
