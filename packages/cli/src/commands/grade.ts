/** `lvsim grade LAB SUBMISSION…`: plays what people handed in, and says what it is worth. */
import {
  csvText,
  type GradeRow,
  Grader,
  gradeJson,
  gradeLines,
  gradeTable,
  type LabDefinition,
  type Language,
  type Line,
  type Page,
  reportLines,
  SubmissionError,
} from "@lvsim/scenarios";
import stringWidth from "string-width";
import { type Environment, usesColour } from "../environment.ts";
import { findLab } from "../labs.ts";
import { painter } from "../paint.ts";
import { assertApart, readSubmitted, submitterOf } from "../submissions.ts";
import { UsageError } from "../usage-error.ts";

export interface GradeOptions {
  readonly seed: string;
  readonly language: Language;
  readonly form: "text" | "csv" | "json";
  /** The person whose variant is graded; undefined for the lesson as it stands. */
  readonly variant: string | undefined;
  /** Whether each submission is graded in the variant of its name. */
  readonly individual: boolean;
  readonly verbose: boolean;
  /** Whether the run of each is shown, as `lvsim run` shows it. */
  readonly walk: boolean;
}

const COLUMNS = 100;

/** The exit status: 1 when a submission has less than full marks. */
export function gradeCommand(
  name: string,
  paths: readonly string[],
  options: GradeOptions,
  environment: Environment,
): number {
  if (options.individual) assertApart(paths);
  const desk = new Desk(name, options);
  const rows = paths.map((path, i) => {
    const row = desk.row(path);
    if (environment.showsProgress && paths.length > 1)
      environment.err(`\r\u001b[K${i + 1}/${paths.length}`);
    return row;
  });
  if (environment.showsProgress && paths.length > 1) environment.err("\r\u001b[K");
  environment.out(textOf(rows, desk.definition, options, environment));
  return rows.every(({ grade, maximum }) => grade !== null && grade.points === maximum) ? 0 : 1;
}

/** Where submissions are graded, each in its variant. */
class Desk {
  readonly definition: LabDefinition;
  private readonly name: string;
  private readonly options: GradeOptions;
  private readonly grader: Grader;

  constructor(name: string, options: GradeOptions) {
    this.name = name;
    this.options = options;
    this.definition = findLab(name, options.variant);
    if (this.definition.steps.length === 0)
      throw new UsageError(`${name} has no steps to grade; lvsim list shows the lessons`);
    this.grader = new Grader(name, this.definition, options.seed);
  }

  row(path: string): GradeRow {
    const submission = submitterOf(path);
    const { individual, seed, variant = "" } = this.options;
    const base = { submission, variant: individual ? submission : variant };
    let { maximum } = this.grader;
    try {
      const files = readSubmitted(path);
      const grader = individual
        ? new Grader(this.name, findLab(this.name, submission), seed)
        : this.grader;
      maximum = grader.maximum;
      return { ...base, maximum, grade: grader.grade(files), error: "" };
    } catch (error) {
      // one that lvsim itself cannot play must not cost the others their grades
      const { message } = error as Error;
      const isTold = error instanceof SubmissionError || error instanceof UsageError;
      return {
        ...base,
        maximum,
        grade: null,
        error: isTold ? message : `lvsim failed: ${message}`,
      };
    }
  }
}

function textOf(
  rows: readonly GradeRow[],
  { steps }: LabDefinition,
  { language, form, verbose, walk }: GradeOptions,
  environment: Environment,
): string {
  if (form === "csv") return csvText(rows, steps.length, language);
  if (form === "json") return rows.map((row) => `${gradeJson(row, language)}\n`).join("");
  const page: Page = { language, columns: COLUMNS, widthOf: stringWidth, showMacs: false };
  const blocks: (readonly Line[])[] =
    rows.length === 1 || verbose ? rows.map((row) => gradeLines(row, page)) : [];
  if (rows.length > 1) blocks.push(gradeTable(rows, page));
  if (walk)
    for (const { grade } of rows)
      if (grade !== null) blocks.push(reportLines(grade.run, page, { verbose: false }));
  const paint = painter(usesColour(environment));
  return blocks.map((lines) => `${lines.map(paint).join("\n")}\n`).join("\n");
}
