/**
 * Grades as comma-separated values by RFC 4180: a header, CRLF, quotes where they are needed. A text that a spreadsheet
 * would take for a formula gets an apostrophe in front, as OWASP advises.
 */

import type { Language } from "../views/styled.ts";
import type { Grade } from "./grade.ts";
import { hintText } from "./hint-text.ts";
import { complaint, printable } from "./printable.ts";

/** What became of one submission. */
export interface GradeRow {
  readonly submission: string;
  /** Whose variant of the lesson it was graded in; "" for the lesson as it stands. */
  readonly variant: string;
  /** Null where it could not be played. */
  readonly grade: Grade | null;
  /** Why not; "" where it could. */
  readonly error: string;
  /** The most that there is to earn. */
  readonly maximum: number;
}

const FORMULA = /^[=+\-@]/;
const SPECIAL = /[",]/;

export function csvText(rows: readonly GradeRow[], steps: number, language: Language): string {
  const numbers = Array.from({ length: steps }, (_unused, step) => step);
  const header = [
    "submission",
    "variant",
    "points",
    "maximum",
    "percent",
    ...numbers.map((step) => `step ${step + 1}`),
    "failed",
    "hint",
    "error",
  ];
  const lines = rows.map(({ submission, variant, grade, error, maximum }) => [
    submission,
    variant,
    grade?.points ?? 0,
    maximum,
    percent(grade?.points ?? 0, maximum),
    ...numbers.map((step) => (grade === null ? 0 : pointsOf(grade, step))),
    grade === null ? "" : failedTexts(grade, language).join("; "),
    grade === null || grade.hint === null ? "" : hintText(grade.hint, language),
    error,
  ]);
  return [header, ...lines].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

function cell(value: string | number): string {
  if (typeof value === "number") return String(value);
  const safe = printable(value);
  const text = FORMULA.test(safe) ? `'${safe}` : safe;
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A whole number; 100 only for all of it. */
export const percent = (points: number, maximum: number): number =>
  maximum === 0 ? 0 : Math.floor((points * 100) / maximum);

export const pointsOf = ({ checks }: Grade, step: number): number =>
  checks.reduce((sum, check) => sum + (check.step === step ? check.earned : 0), 0);

/** What the checks say that earned nothing. */
const failedTexts = ({ checks }: Grade, language: Language): string[] =>
  checks
    .filter(({ earned }) => earned === 0)
    .map(({ step, expectation }) => `${step + 1}: ${expectation.pass[language]}`);

/** A line of JSON for programs. Keys are an interface: scripts read them. */
export function gradeJson(
  { submission, variant, grade, error, maximum }: GradeRow,
  language: Language,
): string {
  const checks = grade?.checks.map(({ step, expectation, holds, earned, found }) => ({
    step: step + 1,
    what: expectation.pass[language],
    points: expectation.points,
    earned,
    holds,
    found,
  }));
  const scripts = grade?.scripts.map(({ script, status, stderr, stopped }) => ({
    machine: script.machine,
    file: script.file,
    status,
    stderr: complaint(stderr),
    stopped,
  }));
  return JSON.stringify({
    submission,
    ...(variant === "" ? {} : { variant }),
    points: grade?.points ?? 0,
    maximum,
    ...(error === "" ? {} : { error }),
    ...(grade === null
      ? {}
      : {
          checks,
          scripts,
          limit: grade.limit,
          hint: grade.hint === null ? null : hintText(grade.hint, language),
        }),
  });
}
