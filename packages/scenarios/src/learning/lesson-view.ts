/** A lesson as text: picture, steps with their tasks, how to hand in; and questions with or without their answers. */
import type { Step } from "../lab-file/step-schema.ts";
import type { LabRun } from "../run/lab-run.ts";
import { eventLines } from "../views/event-text.ts";
import { hanging, stacked, wrap } from "../views/layout.ts";
import { Names } from "../views/names.ts";
import { type Line, line, type Page, span, textOf } from "../views/styled.ts";
import { topologyLines } from "../views/topology.ts";
import { optionText, type Question, questionText } from "./questions.ts";
import { tell } from "./words.ts";

const LETTERS = "abcdefgh";

export const letterOf = (option: number): string => LETTERS[option] ?? "?";

/** Title, what it is about, and the topology as it boots. */
export function lessonHeading(run: LabRun, person: string, page: Page): Line[] {
  const { language } = page;
  const { title, about, traffic } = run.definition;
  const text = title[language];
  const heading = person === "" ? text : tell(language, "lessonFor", { title: text, person });
  const asked = traffic.flatMap(({ from, run: command, times }) =>
    wrap(
      page,
      tell(language, "trafficRow", { times, from, run: command.trim() }),
      page.columns - 4,
    ).map((one, i) => line(i === 0 ? "  " : "    ", one)),
  );
  return stacked([
    [
      line(span(heading, "title")),
      ...wrap(page, about[language], page.columns).map((one) => line(one)),
    ],
    topologyLines(run, new Names(run, page), page),
    asked.length === 0 ? [] : [line(span(tell(language, "traffic"), "title")), ...asked],
  ]);
}

export function stepLines({ title, task, expects }: Step, number: number, page: Page): Line[] {
  const { language } = page;
  const points = expects.reduce((sum, one) => sum + one.points, 0);
  const worth = tell(language, points === 1 ? "worthOne" : "worth", { points });
  return [
    line(
      span(tell(language, "stepHeading", { number, title: title[language] }), "title"),
      ...(points === 0 ? [] : [` ${worth}`]),
    ),
    ...paragraphs(task[language], page)
      .flatMap((text) => indented(text, page))
      .map((text) => line(text)),
  ];
}

/** Lines that begin at the left edge belong together; what is indented stands as it is, as a list of servers does. */
function paragraphs(task: string, { language }: Page): string[] {
  const joined: string[] = [];
  for (const text of task.trimEnd().split("\n")) {
    const last = joined.at(-1) ?? "";
    const goesOn = /^\S/.test(text) && /^\S/.test(last);
    if (goesOn) joined[joined.length - 1] = `${last}${language === "zh" ? "" : " "}${text}`;
    else joined.push(text);
  }
  return joined;
}

/** A line of a task, broken where it is too long; what was indented stays so. */
function indented(text: string, page: Page): string[] {
  const margin = `  ${/^ */.exec(text)?.[0] ?? ""}`;
  return wrap(page, text.trim(), page.columns - margin.length).map((one) =>
    one === "" ? "" : margin + one,
  );
}

export const hintLines = ({ hints }: Step, page: Page): Line[] =>
  hints.flatMap((_unused, number) => hintLine(hints, number, page));

/** One hint; what else there is when they are used up. */
export function hintLine(hints: Step["hints"], number: number, page: Page): Line[] {
  const { language } = page;
  const text = hints[number]?.[language] ?? tell(language, "noMoreHints");
  const label = `  ${tell(language, "hint")}: `;
  const start = page.widthOf(label);
  return hanging(page, span(label, "changed"), wrap(page, text, page.columns - start), start);
}

/** How to hand in, and what to do then. */
export function handInLines(machines: readonly string[], command: string, page: Page): Line[] {
  const { language } = page;
  const files = machines.map((name) => `${name}.sh`).join(language === "zh" ? "、" : ", ");
  const label = `${tell(language, "handIn")}: `;
  const start = page.widthOf(label);
  const texts = wrap(page, tell(language, "handInHow", { files }), page.columns - start);
  return [
    ...hanging(page, span(label, "title"), texts, start),
    line(" ".repeat(start), span(command, "host")),
  ];
}

export function questionLines(question: Question, number: number, page: Page): Line[] {
  const { language } = page;
  const label = `${tell(language, "question", { number })}  `;
  const start = page.widthOf(label);
  const texts = wrap(page, questionText(question, language), page.columns - start);
  return [
    ...hanging(page, span(label, "title"), texts, start),
    ...question.options.map((option, i) =>
      line(" ".repeat(start), `${letterOf(i)})  ${optionText(option, language)}`),
    ),
  ];
}

/** The right option, and the event that shows it. */
export function answerLines({ options, answer, proof }: Question, run: LabRun, page: Page): Line[] {
  const { language } = page;
  const shown = { ...page, showMacs: true };
  const text = `${letterOf(answer)})  ${optionText(options[answer] ?? "", language)}`;
  const event = run.events.find(({ index }) => index === proof);
  return [
    line("  ", span(`${tell(language, "answer")}: ${text}`, "good")),
    line("  ", span(tell(language, "proof"), "dim")),
    ...(event === undefined ? [] : eventLines([event], new Names(run, shown), shown))
      .flatMap((one) => wrap(page, textOf(one).replace(/ +/g, " "), page.columns - 4))
      .map((text) => line("    ", text)),
  ];
}
