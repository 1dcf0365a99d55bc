/** `lvsim sheet FILE`: plays a lab sheet, and shows what comes out beside what the sheet shows. */
import { readFileSync } from "node:fs";
import {
  type Language,
  matters,
  type PlayedSheet,
  playSheet,
  readSheet,
  SheetError,
  sheetLines,
} from "@lvsim/scenarios";
import stringWidth from "string-width";
import { type Environment, usesColour } from "../environment.ts";
import { findLab } from "../labs.ts";
import { painter } from "../paint.ts";
import { UsageError, unreadable } from "../usage-error.ts";

export interface SheetOptions {
  readonly seed: string;
  readonly language: Language;
  readonly json: boolean;
  readonly verbose: boolean;
  /** The lab to play it on; null for the one that the sheet describes. */
  readonly lab: string | null;
}

const COLUMNS = 100;
/** A sheet has some ten thousand characters. */
const OCTETS_MAX = 1 << 20;

/** The exit status: 1 when something differs and nothing explains it. */
export function sheetCommand(
  file: string,
  options: SheetOptions,
  environment: Environment,
): number {
  const sheet = sheetOf(file);
  const lab = options.lab === null ? undefined : findLab(options.lab);
  const played = playSheet(sheet, { seed: options.seed, lab });
  if (options.json) environment.out(jsonOf(played));
  else {
    const page = {
      language: options.language,
      columns: COLUMNS,
      widthOf: stringWidth,
      showMacs: false,
    };
    const lines = sheetLines(played, page, options).map(painter(usesColour(environment)));
    environment.out(`${lines.join("\n")}\n`);
  }
  return played.steps.length === 0 || played.steps.some(matters) ? 1 : 0;
}

function jsonOf({ steps, sheet, notes }: PlayedSheet): string {
  const lines = [
    { kind: "sheet", title: sheet.title, machines: sheet.machines, notes },
    ...steps.map((played) => {
      const { step, ...rest } = played;
      return { ...step, ...rest, matters: matters(played) };
    }),
  ];
  return lines.map((one) => `${JSON.stringify(one)}\n`).join("");
}

function sheetOf(file: string): ReturnType<typeof readSheet> {
  try {
    return readSheet(textOf(file));
  } catch (error) {
    if (error instanceof SheetError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

function textOf(file: string): string {
  let octets: Uint8Array;
  try {
    octets = readFileSync(file === "-" ? 0 : file);
  } catch (error) {
    throw unreadable(file, error);
  }
  if (octets.includes(0)) throw new UsageError(`${file} is no text: it holds binary data`);
  if (octets.length > OCTETS_MAX)
    throw new UsageError(`${file} is longer than a lab sheet may be: 1 MiB`);
  return new TextDecoder().decode(octets);
}
