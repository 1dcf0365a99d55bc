/** `lvsim break [TOPOLOGY]`: makes a lab, plants faults in it and writes it as a file; with `--answer`, what they are. */
import {
  breakLab,
  faultLines,
  type Language,
  LEVELS,
  madeLabText,
  shapeNames,
} from "@lvsim/scenarios";
import type { Environment } from "../environment.ts";
import { didYouMean } from "../suggest.ts";
import { UsageError } from "../usage-error.ts";

export interface BreakOptions {
  readonly seed: string;
  readonly language: Language;
  readonly level: string;
  /** A method (`dr`), a topology by its whole name (`dr-routed`), or none. */
  readonly topology: string | undefined;
  readonly answer: boolean;
}

export function breakCommand(options: BreakOptions, environment: Environment): number {
  const { seed, topology, answer } = options;
  const level = levelOf(options.level);
  const shapes = topology === undefined ? {} : { shapes: shapesOf(topology) };
  const { source, faults } = breakLab({ seed, level, ...shapes });
  const words = `lvsim break${topology === undefined ? "" : ` ${topology}`} --level ${level} --seed ${seed}`;
  environment.out(
    answer ? `${faultLines(faults, options.language).join("\n")}\n` : madeLabText(source, words),
  );
  return 0;
}

function levelOf(text: string): number {
  const level = Number(text);
  if (!/^\d$/.test(text) || level < 1 || level > LEVELS)
    throw new UsageError(`a level is a number from 1 to ${LEVELS}, not "${text}"`);
  return level;
}

/** Topologies of that name, or of that method. */
function shapesOf(topology: string): string[] {
  const all = shapeNames();
  const found = all.filter((name) => name === topology || name.startsWith(`${topology}-`));
  if (found.length > 0) return found;
  const methods = [...new Set(all.map((name) => name.split("-")[0] ?? ""))];
  throw new UsageError(
    `no topology "${topology}"${didYouMean(topology, [...methods, ...all])} (known: ${[...methods, ...all].join(", ")})`,
  );
}
