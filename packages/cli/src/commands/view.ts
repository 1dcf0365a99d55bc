/** `lvsim view VIEW LAB`: one view of a run, as text, Mermaid, SVG or HTML; `modes` sets several labs side by side. */
import {
  type Language,
  type Line,
  modesLines,
  runLab,
  type ViewForm,
  viewNames,
  viewOf,
} from "@lvsim/scenarios";
import stringWidth from "string-width";
import { type Environment, usesColour } from "../environment.ts";
import { findLab } from "../labs.ts";
import { painter } from "../paint.ts";
import { didYouMean } from "../suggest.ts";
import { UsageError } from "../usage-error.ts";

export interface ViewOptions {
  readonly seed: string;
  readonly language: Language;
  readonly variant: string | undefined;
  /** "" for the first that the view has. */
  readonly form: string;
  /** Number of a request, from 1. */
  readonly request: number;
}

const COLUMNS = 100;
const FORMS: readonly ViewForm[] = ["text", "mermaid", "svg", "html"];
const MODES = "modes";
/** What stands side by side unless labs are named. */
const FOUR_MODES = ["nat", "dr", "tun", "fullnat"];

export function viewCommand(
  name: string,
  labs: readonly string[],
  { seed, language, variant, form, request }: ViewOptions,
  environment: Environment,
): number {
  const page = { language, columns: COLUMNS, widthOf: stringWidth, showMacs: false };
  const play = (lab: string) => runLab(lab, findLab(lab, variant), { seed });
  const put = (lines: readonly Line[]): void =>
    environment.out(`${lines.map(painter(usesColour(environment))).join("\n")}\n`);
  if (name === MODES) {
    put(modesLines((labs.length === 0 ? FOUR_MODES : labs).map(play), page));
    return 0;
  }
  const known = [...viewNames(), MODES];
  if (!known.includes(name))
    throw new UsageError(`no view "${name}"; known: ${known.join(", ")}${didYouMean(name, known)}`);
  const [lab, ...more] = labs;
  if (lab === undefined || more.length > 0) throw new UsageError(`view ${name} takes one scenario`);
  const run = play(lab);
  for (const each of form === "" ? FORMS : [formNamed(form)]) {
    const shown = viewOf(name, { run, request: request - 1, form: each, page });
    if (shown === null) continue;
    if (typeof shown === "string") environment.out(shown);
    else put(shown);
    return 0;
  }
  throw new UsageError(
    `view ${name} of ${lab} has no ${form === "" ? "form" : form} (request ${request} of ${run.requests.length})`,
  );
}

function formNamed(text: string): ViewForm {
  const found = FORMS.find((form) => form === text);
  if (found === undefined)
    throw new UsageError(
      `no format "${text}"; known: ${FORMS.join(", ")}${didYouMean(text, FORMS)}`,
    );
  return found;
}
