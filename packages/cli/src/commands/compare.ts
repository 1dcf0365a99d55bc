/** `lvsim compare LAB FOLDER`: where a recording of a real kernel and the simulation of its lab differ. */
import {
  compareLines,
  compareRecordings,
  differenceCount,
  type Language,
  simulatedRecording,
} from "@lvsim/scenarios";
import stringWidth from "string-width";
import { type Environment, usesColour } from "../environment.ts";
import { readFolder } from "../folders.ts";
import { findLab } from "../labs.ts";
import { painter } from "../paint.ts";
import { UsageError } from "../usage-error.ts";

export interface CompareOptions {
  readonly seed: string;
  readonly language: Language;
  readonly variant: string | undefined;
  readonly json: boolean;
}

const COLUMNS = 100;

/** The exit status: 1 when something differs. */
export function compareCommand(
  name: string,
  folder: string,
  { seed, language, variant, json }: CompareOptions,
  environment: Environment,
): number {
  const lab = findLab(name, variant);
  const recorded = readFolder(folder);
  if (!recorded.has("recording"))
    throw new UsageError(
      `${folder} is no recording: it has no file "recording", which a script of lvsim export netns writes`,
    );
  const comparison = compareRecordings(lab, simulatedRecording(name, lab, seed), recorded);
  if (json) environment.out(`${JSON.stringify(comparison)}\n`);
  else {
    const page = { language, columns: COLUMNS, widthOf: stringWidth, showMacs: false };
    const lines = compareLines(comparison, page).map(painter(usesColour(environment)));
    environment.out(`${lines.join("\n")}\n`);
  }
  return differenceCount(comparison) === 0 ? 0 : 1;
}
