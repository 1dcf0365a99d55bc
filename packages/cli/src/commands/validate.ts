/** `lvsim validate LAB`: plays a lab and says which of its checks hold. */
import { type CheckResult, checkLab, type Language, type Line } from "@lvsim/scenarios";
import { type Environment, usesColour } from "../environment.ts";
import { findLab } from "../labs.ts";
import { painter } from "../paint.ts";

export interface ValidateOptions {
  readonly seed: string;
  readonly language: Language;
  readonly variant: string | undefined;
}

/** The exit status: 1 when a check does not hold that is more than a warning. */
export function validateCommand(
  name: string,
  { seed, language, variant }: ValidateOptions,
  environment: Environment,
): number {
  const definition = findLab(name, variant);
  const { results } = checkLab(name, definition, seed);
  const paint = painter(usesColour(environment));
  const lines = results.flatMap((result) => linesOf(result, language));
  const holding = results.filter(({ holds }) => holds).length;
  const total: Line = [{ text: SUMMARY[language](holding, results.length), tone: "plain" }];
  for (const line of [...lines, total]) environment.out(`${paint(line)}\n`);
  return results.every(({ holds, check }) => holds || check.level === "warning") ? 0 : 1;
}

const SUMMARY: Readonly<Record<Language, (holding: number, all: number) => string>> = {
  en: (holding, all) => `${holding} of ${all} checks hold`,
  zh: (holding, all) => `${all} 项检查中有 ${holding} 项成立`,
};

function linesOf({ check, holds, found }: CheckResult, language: Language): Line[] {
  const { pass, fail, level } = check;
  if (holds) return [[{ text: ` ✓ ${pass[language]}`, tone: "good" }]];
  const mark = level === "warning" ? "!" : "✗";
  return [
    [{ text: ` ${mark} ${fail?.[language] ?? `${NOT[language]}${pass[language]}`}`, tone: "bad" }],
    [{ text: `     ${found}`, tone: "dim" }],
  ];
}

const NOT: Readonly<Record<Language, string>> = { en: "not so: ", zh: "不成立:" };
