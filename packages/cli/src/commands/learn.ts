/**
 * `lvsim learn LAB`: the steps of a lesson with their tasks, and questions to predict before they are revealed. On a terminal
 * it goes step by step; elsewhere, or with an option that says what is wanted, it prints and ends.
 */
import {
  answerLines,
  handInLines,
  hintLine,
  hintLines,
  type LabDefinition,
  type Language,
  type Lesson,
  type Line,
  lessonHeading,
  lessonOf,
  letterOf,
  type Page,
  questionLines,
  solutionText,
  stepLines,
  tell,
} from "@lvsim/scenarios";
import stringWidth from "string-width";
import { type Environment, usesColour } from "../environment.ts";
import { findLab } from "../labs.ts";
import { painter } from "../paint.ts";
import { UsageError } from "../usage-error.ts";

export interface LearnOptions {
  readonly seed: string;
  readonly language: Language;
  /** The person whose variant it is; undefined for the lesson as it stands. */
  readonly variant: string | undefined;
  /** What is wanted; null for the steps, one by one where there is a terminal. */
  readonly want: "questions" | "answers" | "hints" | "solution" | null;
}

const COLUMNS = 100;
const BLANK: Line = [];

export function learnCommand(
  name: string,
  options: LearnOptions,
  environment: Environment,
): number {
  const definition = findLab(name, options.variant);
  if (options.want === "solution") {
    const text = solutionText(definition);
    if (text === "") throw new UsageError(`${name} has no solution`);
    environment.out(text);
    return 0;
  }
  const lesson = lessonOf(name, definition, options.seed);
  const classroom = new Classroom(name, definition, lesson, options, environment);
  if (options.want === "questions" || options.want === "answers") classroom.printQuestions();
  else if (options.want === null && environment.readLine !== undefined)
    classroom.talk(environment.readLine);
  else classroom.printSteps();
  return 0;
}

class Classroom {
  private readonly name: string;
  private readonly definition: LabDefinition;
  private readonly lesson: Lesson;
  private readonly options: LearnOptions;
  private readonly environment: Environment;
  private readonly page: Page;

  constructor(
    name: string,
    definition: LabDefinition,
    lesson: Lesson,
    options: LearnOptions,
    environment: Environment,
  ) {
    this.name = name;
    this.definition = definition;
    this.lesson = lesson;
    this.options = options;
    this.environment = environment;
    const { language } = options;
    this.page = { language, columns: COLUMNS, widthOf: stringWidth, showMacs: false };
  }

  printSteps(): void {
    const { page, options, definition } = this;
    this.put(this.heading());
    definition.steps.forEach((step, i) => {
      this.put([BLANK, ...stepLines(step, i + 1, page)]);
      if (options.want === "hints") this.put(hintLines(step, page));
    });
    this.put([BLANK, ...this.ending()]);
  }

  printQuestions(): void {
    const { lesson, page, options } = this;
    let number = 0;
    for (const { step, number: at, questions } of lesson.steps) {
      if (questions.length === 0) continue;
      if (step !== null) {
        const title = step.title[page.language];
        const text = tell(page.language, "stepHeading", { number: at, title });
        this.put([...(number === 0 ? [] : [BLANK]), [{ text, tone: "title" }]]);
      }
      for (const question of questions) {
        this.put([
          ...(question === questions[0] ? [] : [BLANK]),
          ...questionLines(question, ++number, page),
        ]);
        if (options.want === "answers") this.put(answerLines(question, lesson.shown, page));
      }
    }
    if (number === 0) this.put([this.plain(tell(page.language, "noQuestions"))]);
    else if (options.want === "questions") {
      const command = this.command("learn", "--answers");
      this.put([BLANK, this.plain(tell(page.language, "questionsHint", { command }))]);
    }
  }

  /** Step by step, until all are through or somebody stops. */
  talk(readLine: () => string | null): void {
    const { lesson, page } = this;
    const score = { right: 0, count: 0 };
    this.put(this.heading());
    for (const { step, number, questions } of lesson.steps) {
      if (step !== null) {
        this.put([BLANK, ...stepLines(step, number, page)]);
        if (!this.goesOn(step, readLine)) return;
      }
      for (const question of questions) {
        this.put([BLANK, ...questionLines(question, score.count + 1, page)]);
        const letters = question.options.map((_unused, i) => letterOf(i)).join("/");
        this.environment.out(tell(page.language, "yourAnswer", { letters }));
        const said = readLine();
        if (said === null || said.trim() === "q") return;
        score.count++;
        const given = said.trim().toLowerCase();
        const isRight = given === letterOf(question.answer);
        if (isRight) score.right++;
        if (given !== "")
          this.put([this.plain(`  ${tell(page.language, isRight ? "right" : "wrong")}`)]);
        this.put(answerLines(question, lesson.shown, page));
      }
    }
    if (score.count > 0) this.put([BLANK, this.plain(tell(page.language, "score", score))]);
    this.put([BLANK, ...this.ending()]);
  }

  /** Whether the learner wants to go on; hints on the way. */
  private goesOn(step: LabDefinition["steps"][number], readLine: () => string | null): boolean {
    for (let hints = 0; ; hints++) {
      this.environment.out(`${tell(this.page.language, "pressEnter")} `);
      const said = readLine()?.trim().toLowerCase();
      if (said === undefined || said === "q") return false;
      if (said !== "h") return true;
      this.put(hintLine(step.hints, hints, this.page));
    }
  }

  private heading(): readonly Line[] {
    return lessonHeading(this.lesson.begin, this.options.variant ?? "", this.page);
  }

  /** How to go on: handing in, or questions where there is nothing to hand in. */
  private ending(): readonly Line[] {
    const { definition, lesson, page } = this;
    if (definition.steps.length > 0)
      return handInLines(lesson.machines, this.command("grade", "FOLDER"), page);
    const command = this.command("learn", "--questions");
    return [this.plain(tell(page.language, "notLesson", { command }))];
  }

  private command(verb: string, rest: string): string {
    const { variant, seed } = this.options;
    const whose = variant === undefined ? "" : ` --variant ${variant}`;
    const seeded = seed === "1" ? "" : ` --seed ${seed}`;
    return `lvsim ${verb} ${this.name} ${rest}${whose}${seeded}`;
  }

  private plain(text: string): Line {
    return [{ text, tone: "plain" }];
  }

  private put(lines: readonly Line[]): void {
    const paint = painter(usesColour(this.environment));
    for (const line of lines) this.environment.out(`${paint(line).trimEnd()}\n`);
  }
}
