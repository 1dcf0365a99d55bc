/** The command line of lessons: `lvsim learn` and `lvsim grade`. */
import type { Command } from "commander";
import { gradeCommand } from "./commands/grade.ts";
import { learnCommand } from "./commands/learn.ts";
import type { Environment } from "./environment.ts";
import { chosenLanguage, language, type Shared } from "./language-option.ts";
import { parseSeed } from "./options.ts";

interface LearnFlags extends Shared {
  readonly seed: string;
  readonly variant?: string;
  readonly questions?: boolean;
  readonly answers?: boolean;
  readonly hints?: boolean;
  readonly solution?: boolean;
}

export function addLearn(
  program: Command,
  environment: Environment,
  done: (status: number) => void,
): void {
  program
    .command("learn")
    .description("the tasks of a lesson, and questions about any scenario, to predict and reveal")
    .argument("<lesson>", "a name that `lvsim list` shows, or FILE.lab.yml")
    .option("--questions", "questions made from the trace")
    .option("--answers", "the same questions with answers, and the event that proves each")
    .option("--hints", "tasks with their hints")
    .option("--solution", "the reference solution, as it could be handed in")
    .option(
      "--variant <name>",
      "the lesson as this person gets it: other addresses, names, servers",
    )
    .option("--seed <seed>", "a whole number; the same seed asks the same", "1")
    .addOption(language)
    .action((lesson: string, flags: LearnFlags) => {
      const wants = (["questions", "answers", "hints", "solution"] as const).filter(
        (want) => flags[want] === true,
      );
      const options = {
        seed: parseSeed(flags.seed),
        language: chosenLanguage(flags, environment),
        variant: flags.variant,
        // answers come with their questions
        want: wants.at(-1) ?? null,
      };
      done(learnCommand(lesson, options, environment));
    });
}

interface GradeFlags extends Shared {
  readonly seed: string;
  readonly variant?: string;
  readonly individual?: boolean;
  readonly csv?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly walk?: boolean;
}

export function addGrade(
  program: Command,
  environment: Environment,
  done: (status: number) => void,
): void {
  program
    .command("grade")
    .description("play what people handed in for a lesson, and say what it is worth")
    .argument("<lesson>", "a lesson that `lvsim list` shows, or FILE.lab.yml with steps")
    .argument(
      "<submissions...>",
      "folders with MACHINE.sh, or texts with a heading for each machine",
    )
    .option("--csv", "comma-separated values, a row for each submission")
    .option("--json", "a line of JSON for each submission")
    .option("--variant <name>", "the variant of the lesson that this person got")
    .option("--individual", "each submission in the variant of its own name")
    .option("--seed <seed>", "a whole number; the same seed gives the same run", "1")
    .option("-v, --verbose", "every check of every submission, also of several")
    .option("--walk", "the run of each submission as well, as `lvsim run` shows it")
    .addOption(language)
    .action((lesson: string, submissions: string[], flags: GradeFlags) => {
      const { variant, individual, csv, json, verbose, walk } = flags;
      const options = {
        seed: parseSeed(flags.seed),
        language: chosenLanguage(flags, environment),
        form: csv === true ? "csv" : json === true ? "json" : "text",
        variant,
        individual: individual === true,
        verbose: verbose === true,
        walk: walk === true,
      } as const;
      done(gradeCommand(lesson, submissions, options, environment));
    });
}
