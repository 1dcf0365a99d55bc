/** Grades as text: each check of one submission, or a row for each of several. */

import type { Step } from "../lab-file/step-schema.ts";
import { hanging, padTo, wrap } from "../views/layout.ts";
import { type Line, line, type Page, span } from "../views/styled.ts";
import { type GradeRow, percent, pointsOf } from "./csv.ts";
import type { Grade, GradedCheck } from "./grade.ts";
import { hintText } from "./hint-text.ts";
import type { ScriptRun } from "./play-scripts.ts";
import { complaint, printable } from "./printable.ts";
import { tell } from "./words.ts";

const START = 4;
const STOPPED = { time: "stoppedTime", steps: "stoppedSteps", events: "stoppedEvents" } as const;
const NAME_COLUMNS = 28;
/** Lines of what scripts complained of. */
const COMPLAINTS_MAX = 6;

/** One submission with every check. */
export function gradeLines(
  { submission, grade, error, maximum, variant }: GradeRow,
  page: Page,
): Line[] {
  const { language } = page;
  const points = tell(language, "points", { points: grade?.points ?? 0, maximum });
  const whose = variant === "" || variant === submission ? "" : ` (${variant})`;
  const heading = line(span(`${printable(submission)}${whose}  ${points}`, "title"));
  if (grade === null) return [heading, line("  ", span(printable(error), "bad"))];
  return [
    heading,
    ...grade.run.definition.steps.flatMap((step, number) => stepLines(step, number, grade, page)),
    ...grade.scripts.flatMap((run) => scriptLines(run, page)).slice(0, COMPLAINTS_MAX),
    ...(grade.limit === null
      ? []
      : [line("  ", span(tell(language, "cutOff", { limit: grade.limit }), "bad"))]),
    ...hintLines(grade, page),
  ];
}

function stepLines(step: Step, number: number, grade: Grade, page: Page): Line[] {
  const { language } = page;
  const own = grade.checks.filter((check) => check.step === number);
  const most = own.reduce((sum, { expectation }) => sum + expectation.points, 0);
  const title = tell(language, "stepHeading", { number: number + 1, title: step.title[language] });
  return [
    line("  ", span(title, "title"), `  ${pointsOf(grade, number)}/${most}`),
    ...own.flatMap((check) => checkLines(check, page)),
  ];
}

function checkLines({ expectation, holds, earned, found }: GradedCheck, page: Page): Line[] {
  const { language } = page;
  const { pass, fail, points } = expectation;
  const share = `${earned}/${points}`;
  if (earned > 0) return [line("   ", span(`✓ ${share}  ${pass[language]}`, "good"))];
  if (holds)
    return [
      line(
        "   ",
        span(`– ${share}  ${tell(language, "notEarned", { what: pass[language] })}`, "dim"),
      ),
    ];
  const what = fail?.[language] ?? tell(language, "notSo", { what: pass[language] });
  return [
    line("   ", span(`✗ ${share}  ${what}`, "bad")),
    ...wrap(page, printable(found), page.columns - 10).map((text) =>
      line(" ".repeat(10), span(text, "dim")),
    ),
  ];
}

/** What a script complained of, and whether it had to be stopped. */
function scriptLines({ script, stderr, stopped }: ScriptRun, page: Page): Line[] {
  const { machine } = script;
  const file = printable(script.file);
  const { language } = page;
  const lines: string[] = [];
  if (stopped !== null) lines.push(tell(language, STOPPED[stopped], { file, machine }));
  const first = complaint(stderr);
  if (first !== "" && stopped === null)
    lines.push(tell(language, "said", { file, machine, line: first }));
  return lines
    .flatMap((text) => wrap(page, text, page.columns - 2))
    .map((text) => line("  ", span(text, "dim")));
}

function hintLines({ hint }: Grade, page: Page): Line[] {
  if (hint === null) return [];
  const label = `${tell(page.language, "hint")}: `;
  const texts = wrap(
    page,
    hintText(hint, page.language),
    page.columns - START - page.widthOf(label),
  );
  return hanging(page, span(`  ${label}`, "changed"), texts, page.widthOf(label) + 2);
}

/** A row for each submission, and what they came to. */
export function gradeTable(rows: readonly GradeRow[], page: Page): Line[] {
  const { language } = page;
  const width = Math.min(
    NAME_COLUMNS,
    Math.max(0, ...rows.map(({ submission }) => page.widthOf(submission))),
  );
  const lines = rows.map(({ submission, grade, error, maximum }) => {
    const points = grade?.points ?? 0;
    const head = `${padTo(page, printable(submission), width)}  ${String(points).padStart(4)}/${maximum}  ${String(percent(points, maximum)).padStart(3)} %`;
    const hint = grade?.hint ?? null;
    const text = error === "" ? (hint === null ? "" : hintText(hint, language)) : printable(error);
    const [shown = "", ...more] = wrap(page, text, page.columns - page.widthOf(head) - 4);
    const tone = error !== "" ? "bad" : points === maximum ? "good" : "plain";
    const gap = shown === "" ? "" : "  ";
    return line(span(head, tone), gap, span(more.length === 0 ? shown : `${shown} …`, tone));
  });
  const full = rows.filter(({ grade, maximum }) => grade?.points === maximum).length;
  const sum = rows.reduce((total, { grade }) => total + (grade?.points ?? 0), 0);
  const points = (sum / Math.max(rows.length, 1)).toFixed(1);
  const maximum = Math.max(0, ...rows.map((row) => row.maximum));
  return [
    ...lines,
    line(span(tell(language, "total", { count: rows.length, full, points, maximum }), "title")),
  ];
}
