/** A lesson for a learner: the lab as it boots, the run in which somebody knew, and the questions about it, step by step. */
import type { LabDefinition } from "../lab-file/schema.ts";
import type { Step } from "../lab-file/step-schema.ts";
import type { LabRun } from "../run/lab-run.ts";
import { runLab } from "../run/run-lab.ts";
import { Grader } from "./grade.ts";
import { type Question, questionsOf } from "./questions.ts";

/** A step with what is asked about it; null for a lab that has no steps and is asked about as it is. */
interface AskedStep {
  readonly step: Step | null;
  /** From 1. */
  readonly number: number;
  readonly questions: readonly Question[];
}

export interface Lesson {
  /** The lab with nobody's hand in it. */
  readonly begin: LabRun;
  /** The run that is asked about. */
  readonly shown: LabRun;
  readonly steps: readonly AskedStep[];
  /** The machines that a submission may tell of. */
  readonly machines: readonly string[];
}

export function lessonOf(name: string, definition: LabDefinition, seed: string): Lesson {
  const grader = new Grader(name, definition, seed);
  const begin = runLab(name, definition, { seed });
  const shown = grader.referenceRun() ?? begin;
  const steps: AskedStep[] = definition.steps.map((step, i) => ({
    step,
    number: i + 1,
    questions: questionsOf(shown, `${seed} step ${i + 1}`, step.questions),
  }));
  const machines = grader.machines().flatMap(({ name: host, isOpen }) => (isOpen ? host : []));
  if (steps.some(({ questions }) => questions.length > 0)) return { begin, shown, steps, machines };
  const all = { step: null, number: steps.length + 1, questions: questionsOf(shown, seed) };
  return { begin, shown, steps: [...steps, all], machines };
}
