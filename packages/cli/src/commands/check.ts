/**
 * `lvsim check LAB`: plays a lab and gives advice on it, from its configuration and from what happened. What `lvsim import`
 * makes a lab of (a dump, keepalived.conf, a folder) is taken as that lab.
 */
import { existsSync } from "node:fs";
import { isWrong, type Language, labNames, lintLines, lintRun, runLab } from "@lvsim/scenarios";
import stringWidth from "string-width";
import { type Environment, usesColour } from "../environment.ts";
import { findLab } from "../labs.ts";
import { painter } from "../paint.ts";
import { importedLab } from "./import.ts";

export interface CheckOptions {
  readonly seed: string;
  readonly language: Language;
  readonly variant: string | undefined;
  readonly json: boolean;
}

const COLUMNS = 100;

/** The exit status: 1 when something is wrong; risks alone are none. */
export function checkCommand(
  name: string,
  { seed, language, variant, json }: CheckOptions,
  environment: Environment,
): number {
  const lab = variant === undefined && isImport(name) ? importedLab(name) : findLab(name, variant);
  const advice = lintRun(runLab(name, lab, { seed }));
  if (json) for (const one of advice) environment.out(`${JSON.stringify(one)}\n`);
  else {
    const page = { language, columns: COLUMNS, widthOf: stringWidth, showMacs: false };
    const lines = lintLines(advice, labNames(), page).map(painter(usesColour(environment)));
    environment.out(`${lines.join("\n")}\n`);
  }
  return advice.some(isWrong) ? 1 : 0;
}

/** Something in the reader's folder that is no lab file and bears no lab's name. */
const isImport = (path: string): boolean =>
  existsSync(path) &&
  !labNames().includes(path) &&
  (/\.clab\.ya?ml$/.test(path) || !/\.ya?ml$/.test(path));
