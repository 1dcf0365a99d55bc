/**
 * How often diagnosis is right, on labs that come as a pair of broken and mended. It sees the broken lab's run. A hit is a
 * change that a fork showed to mend the requests, and with which the checks that say how the mended lab behaves hold, or
 * at least the symptom is gone. Where every request is well, it is told how the mended lab behaves, as a wish, but not what
 * is different there. On the mended twin it must find no cause.
 */
import {
  type Diagnosis,
  type Lab,
  type LabDefinition,
  labNames,
  libraryLab,
  runLab,
  wishFor,
} from "@lvsim/scenarios";

export interface Judged {
  readonly lab: string;
  /** Causes that diagnosis named for the broken lab. */
  readonly causes: readonly string[];
  readonly mend: readonly string[];
  /** A fork showed it to mend the requests. */
  readonly mends: boolean;
  /** The symptom as the lab asserts it is gone with the mend. */
  readonly symptomGone: boolean;
  /** All that the mended twin asserts holds with it. */
  readonly asMended: boolean;
  /** Causes that it named for the mended twin. */
  readonly falseCauses: readonly string[];
  readonly trials: number;
  /** It had to be told what should hold: every request was well. */
  readonly wished: boolean;
  /** The mend turns what the twin turns: its commands or causes hold the twin's word. */
  readonly sameKnob: boolean;
}

const SEED = "1";

type Trial = NonNullable<Diagnosis["mend"]>["trial"];

/** Names of labs that have a mended twin. */
export const pairs = (): string[] =>
  labNames().filter((name) => libraryLab(name)?.variants.mended !== undefined);

export function judge(name: string): Judged {
  const broken = libraryLab(name);
  const mended = libraryLab(name, "mended");
  if (broken === undefined || mended === undefined) throw new Error(`no pair ${name}`);
  const fixes = mended.validate.filter(({ shows }) => shows === "fix");
  const seen = diagnose(broken, null);
  const isMended = seen.some(({ mend }) => mend !== null);
  const diagnoses = isMended ? seen : diagnose(broken, wishFor(fixes));
  const found = diagnoses.flatMap(({ mend }) => (mend === null ? [] : [mend.trial]));
  const verdict = found.length === 0 ? null : checkedWith(broken, mended, together(found));
  return {
    lab: name,
    causes: diagnoses.flatMap(({ findings }) => findings.map(({ suspect }) => suspect.cause)),
    mend: found.flatMap(mendOf),
    mends: found.length > 0,
    symptomGone: verdict?.symptomGone ?? false,
    asMended: verdict?.asMended ?? false,
    wished: !isMended,
    sameKnob: [...found.flatMap(mendOf), ...diagnoses.flatMap(originsOf)].some((text) =>
      text.includes(broken.variants.mended?.knob.trim() ?? ""),
    ),
    falseCauses: diagnose(mended, null).flatMap(({ findings }) =>
      findings.map(({ suspect }) => suspect.cause),
    ),
    trials: diagnoses.reduce((sum, { trials }) => sum + trials, 0),
  };
}

function played(definition: LabDefinition): Lab {
  let lab: Lab | undefined;
  runLab("lab", definition, {
    seed: SEED,
    onBuilt: (built) => {
      lab = built;
    },
  });
  if (lab === undefined) throw new Error("nothing was built");
  return lab;
}

const diagnose = (
  definition: LabDefinition,
  wish: ReturnType<typeof wishFor> | null,
): Diagnosis[] => played(definition).explainAll(definition.traffic, { wish });

/** Everything that a mend types, in words. */
const mendOf = ({ changes, instead, from }: Trial): string[] => [
  ...changes.map(({ machine, command }) => `${machine}# ${command}`),
  ...instead.map(({ command }) => `instead: ${command.replaceAll("\n", "; ")}`),
  ...(from === "" ? [] : [`from ${from}`]),
];

/** Mends of several troubles of one lab, made at once. */
const together = (trials: readonly Trial[]): Trial => ({
  changes: trials.flatMap(({ changes }) => [...changes]),
  instead: trials.flatMap(({ instead }) => [...instead]),
  before: Math.min(...trials.map(({ before }) => before)),
  from: trials.map(({ from }) => from).find((from) => from !== "") ?? "",
  of: trials[0]?.of ?? "",
});

/** What the pair asserts, on a fork with the mend. */
function checkedWith(
  broken: LabDefinition,
  mended: LabDefinition,
  trial: Trial,
): { readonly symptomGone: boolean; readonly asMended: boolean } {
  const symptoms = broken.validate.filter(({ shows }) => shows === "symptom");
  const fixes = mended.validate.filter(({ shows }) => shows === "fix");
  const wish = wishFor([...symptoms, ...fixes]);
  const wishes = played(broken).tryOut(broken.traffic, trial, wish);
  return {
    symptomGone: wishes.slice(0, symptoms.length).some((holds) => !holds),
    asMended: wishes.slice(symptoms.length).every((holds) => holds),
  };
}

/** Commands that made it so. */
const originsOf = ({ findings }: Diagnosis): string[] =>
  findings.map(({ origin }) => origin?.process ?? "");

export const isHit = ({ mends, symptomGone, asMended }: Judged): boolean =>
  mends && (symptomGone || asMended);
