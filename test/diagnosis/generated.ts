/**
 * How often diagnosis is right on labs of the break-it generator. A hit is a set of changes with which, on a fork, every
 * request is well and every real server gets some, as the generator judges it: diagnosis's own judgement does not count. It
 * is asked first without a word; where requests are then still wrong, it is told what the users wish for. On the healthy
 * twin it must find nothing.
 */
import {
  type BrokenLab,
  breakLab,
  type Diagnosis,
  faultKindNames,
  type Lab,
  type LabDefinition,
  LEVELS,
  runLab,
  shapeNames,
} from "@lvsim/scenarios";
import { HELD_OUT_KINDS, HELD_OUT_SEED, HELD_OUT_SHAPES } from "./held-out.ts";

export interface JudgedLab {
  readonly seed: string;
  readonly level: number;
  readonly shape: string;
  readonly kinds: readonly string[];
  readonly symptoms: readonly string[];
  readonly isMended: boolean;
  /** Kinds that were planted on a machine that a cause or a change names. */
  readonly explained: readonly string[];
  readonly causes: readonly string[];
  readonly mend: readonly string[];
  /** It had to be told what the users wish for. */
  readonly isTold: boolean;
  readonly falseCauses: readonly string[];
  readonly trials: number;
}

type Trial = NonNullable<Diagnosis["mend"]>["trial"];

type Part = "tuning" | "held-out";

/** Which part a seed belongs to. */
const partOf = (seed: number): Part => (seed >= HELD_OUT_SEED ? "held-out" : "tuning");

/** What may be in the labs of a part. */
const optionsOf = (part: Part) => {
  const isHeldOut = part === "held-out";
  return {
    kinds: faultKindNames().filter((name) => HELD_OUT_KINDS.includes(name) === isHeldOut),
    shapes: shapeNames().filter((name) => HELD_OUT_SHAPES.includes(name) === isHeldOut),
  };
};

/** All levels in turn. */
export function judgeMade(seed: number): JudgedLab {
  const { kinds, shapes } = optionsOf(partOf(seed));
  const level = (seed % LEVELS) + 1;
  const made = breakLab({ seed: String(seed), level, kinds, shapes });
  const first = attempt(made, false);
  const best = first.isMended ? first : attempt(made, true);
  return {
    seed: String(seed),
    level,
    shape: made.shape,
    kinds: made.faults.map(({ kind }) => kind),
    symptoms: made.symptoms,
    isMended: best.isMended,
    explained: explainedBy(made, best.diagnoses),
    causes: best.diagnoses.flatMap(({ findings }) => findings.map(({ suspect }) => suspect.cause)),
    mend: best.diagnoses.flatMap(({ mend }) => (mend === null ? [] : wordsOf(mend.trial))),
    isTold: best !== first,
    falseCauses: explain(made.healthy, null).flatMap(({ findings, incident }) => [
      incident.trouble,
      ...findings.map(({ suspect }) => suspect.cause),
    ]),
    trials: best.diagnoses.reduce((sum, { trials }) => sum + trials, 0),
  };
}

interface Attempt {
  readonly diagnoses: readonly Diagnosis[];
  readonly isMended: boolean;
}

function attempt(made: BrokenLab, isTold: boolean): Attempt {
  const diagnoses = explain(made.broken, isTold ? made.wish : null);
  const found = diagnoses.flatMap(({ mend }) => (mend === null ? [] : [mend.trial]));
  if (found.length === 0) return { diagnoses, isMended: false };
  const { traffic } = made.broken;
  const wishes = played(made.broken).tryOut(traffic, together(found), made.wish);
  return { diagnoses, isMended: wishes.every((holds) => holds) };
}

function played(definition: LabDefinition): Lab {
  let lab: Lab | undefined;
  runLab("made", definition, {
    seed: "1",
    onBuilt: (built) => {
      lab = built;
    },
  });
  if (lab === undefined) throw new Error("nothing was built");
  return lab;
}

const explain = (definition: LabDefinition, wish: BrokenLab["wish"] | null): Diagnosis[] =>
  played(definition).explainAll(definition.traffic, { wish });

/** Mends of several troubles of one lab, made at once. */
const together = (trials: readonly Trial[]): Trial => ({
  changes: trials.flatMap(({ changes }) => [...changes]),
  instead: trials.flatMap(({ instead }) => [...instead]),
  before: Math.min(...trials.map(({ before }) => before)),
  from: trials.map(({ from }) => from).find((from) => from !== "") ?? "",
  of: trials[0]?.of ?? "",
});

const wordsOf = ({ changes, instead, from }: Trial): string[] => [
  ...changes.map(({ machine, command }) => `${machine}# ${command}`),
  ...instead.map(({ input, command }) => `instead of ${input}: ${command}`),
  ...(from === "" ? [] : [`from ${from}`]),
];

function explainedBy({ faults }: BrokenLab, diagnoses: readonly Diagnosis[]): string[] {
  const machines = new Set(
    diagnoses.flatMap(({ findings, mend }) => [
      ...findings.map(({ origin }) => origin?.machine ?? ""),
      ...(mend?.trial.changes ?? []).map(({ machine }) => machine),
      ...(mend?.replaced ?? []).map(({ machine }) => machine),
    ]),
  );
  return faults.filter(({ at }) => machines.has(at)).map(({ kind }) => kind);
}
