/** Lint's advice on a page: what it says, how to do better, and the lab that shows why. */
import type { Advice } from "../lint/advice.ts";
import { LINT } from "../lint/words.ts";
import { hanging, wrap } from "./layout.ts";
import { type Line, line, type Page, span } from "./styled.ts";
import { fill, say } from "./texts.ts";

const START = 2;

/** `labs` are the names that can be run. */
export function lintLines(advice: readonly Advice[], labs: readonly string[], page: Page): Line[] {
  const { language } = page;
  if (advice.length === 0) return [line(span(say(language, "lintNothing"), "good"))];
  return advice.flatMap(({ rule, values, better }) => {
    const { level, lab } = LINT[rule];
    const sign = level === "wrong" ? span("✗ ", "bad") : span("! ", "changed");
    const text = `${fill(LINT[rule][language], values)}  [${rule}]`;
    const under = [
      ...better.map(({ machine, command }) =>
        say(language, "lintBetter", { command: `${machine}# ${command}` }),
      ),
      ...(lab !== "" && labs.includes(lab) ? [say(language, "lintShown", { lab })] : []),
    ];
    return [
      ...hanging(page, sign, wrap(page, text, page.columns - START), START),
      ...under
        .flatMap((one) => wrap(page, one, page.columns - 2 * START))
        .map((one) => line(" ".repeat(2 * START), span(one, "dim"))),
    ];
  });
}
