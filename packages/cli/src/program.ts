/** The command line of lvsim: its commands, their options, and errors as one line with exit status 2. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { complaint, endsPlainly } from "./commander-words.ts";
import { checkCommand } from "./commands/check.ts";
import { compareCommand } from "./commands/compare.ts";
import { exportCommand } from "./commands/export.ts";
import { listCommand } from "./commands/list.ts";
import { runCommand } from "./commands/run.ts";
import { shCommand } from "./commands/sh.ts";
import { validateCommand } from "./commands/validate.ts";
import { viewCommand } from "./commands/view.ts";
import type { Environment } from "./environment.ts";
import { chosenLanguage, language, type Shared, VARIANT } from "./language-option.ts";
import { addGrade, addLearn } from "./lesson-commands.ts";
import { addImport, addLab, addSheet } from "./machine-commands.ts";
import { parseRequest, parseSeed } from "./options.ts";
import { addBreak, addWhy } from "./trouble-commands.ts";
import { UsageError } from "./usage-error.ts";

const USAGE_STATUS = 2;

/** Carries out a command line without the program's name; the exit status. */
export function lvsim(argv: readonly string[], environment: Environment): number {
  let status = 0;
  const program = build(environment, (result) => {
    status = result;
  });
  try {
    if (argv.length === 0) program.outputHelp();
    else program.parse(argv, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      if (endsPlainly(error)) return error.exitCode;
      environment.err(`lvsim: ${complaint(error)}\n`);
      return USAGE_STATUS;
    }
    if (!(error instanceof UsageError)) throw error;
    environment.err(`lvsim: ${error.message}\n`);
    return USAGE_STATUS;
  }
  return status;
}

function build(environment: Environment, done: (status: number) => void): Command {
  const program = new Command("lvsim")
    .description("Linux Virtual Server networks, simulated packet by packet, the same every time.")
    .version(version())
    .exitOverride()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: environment.out,
      writeErr: environment.out,
      // complaints are told by `lvsim`
      outputError: () => undefined,
      getOutHelpWidth: () => 100,
    });
  addRun(program, environment, done);
  addValidate(program, environment, done);
  addWhy(program, environment, done);
  addBreak(program, environment, done);
  addCheck(program, environment, done);
  addView(program, environment, done);
  addExport(program, environment, done);
  addCompare(program, environment, done);
  addLearn(program, environment, done);
  addGrade(program, environment, done);
  addList(program, environment, done);
  addSh(program, done, environment);
  addSheet(program, environment, done);
  addLab(program, environment, done);
  addImport(program, environment, done);
  return program;
}

interface RunFlags extends Shared {
  readonly seed: string;
  readonly json?: boolean;
  readonly pcap?: string;
  readonly verbose?: boolean;
  readonly macs?: boolean;
  readonly variant?: string;
}

function addRun(program: Command, environment: Environment, done: (status: number) => void): void {
  program
    .command("run")
    .description("play a scenario, or a lab file of your own, and show every hop")
    .argument("<scenario>", "a name that `lvsim list` shows, or FILE.lab.yml")
    .option("--seed <seed>", "a whole number; the same seed gives the same run", "1")
    .option("--variant <name>", VARIANT)
    .option("--json", "JSON Lines: every trace event, and a summary last")
    .option("--pcap <folder>", "write one capture file per interface into this folder")
    .option("-v, --verbose", "every event of the trace as well")
    .option("-e, --macs", "MAC addresses beside names")
    .addOption(language)
    .action((scenario: string, flags: RunFlags) => {
      const options = {
        seed: parseSeed(flags.seed),
        language: chosenLanguage(flags, environment),
        json: flags.json === true,
        verbose: flags.verbose === true,
        showMacs: flags.macs === true,
        pcap: flags.pcap ?? null,
        variant: flags.variant,
      };
      done(runCommand(scenario, options, environment));
    });
}

interface ValidateFlags extends Shared {
  readonly seed: string;
  readonly variant?: string;
}

function addValidate(
  program: Command,
  environment: Environment,
  done: (status: number) => void,
): void {
  program
    .command("validate")
    .description("play a scenario, or a lab file of your own, and say which of its checks hold")
    .argument("<scenario>", "a name that `lvsim list` shows, or FILE.lab.yml")
    .option("--seed <seed>", "a whole number; the same seed gives the same run", "1")
    .option("--variant <name>", VARIANT)
    .addOption(language)
    .action((scenario: string, { seed, variant, ...flags }: ValidateFlags) => {
      const chosen = chosenLanguage(flags, environment);
      done(
        validateCommand(
          scenario,
          { seed: parseSeed(seed), language: chosen, variant },
          environment,
        ),
      );
    });
}

interface CheckFlags extends Shared {
  readonly seed: string;
  readonly variant?: string;
  readonly json?: boolean;
}

function addCheck(
  program: Command,
  environment: Environment,
  done: (status: number) => void,
): void {
  program
    .command("check")
    .description("give advice on a scenario, a lab file of your own, or what `lvsim import` takes")
    .argument(
      "<scenario>",
      "a name that `lvsim list` shows, FILE.lab.yml, or a dump, a script, a folder",
    )
    .option("--seed <seed>", "a whole number; the same seed gives the same run", "1")
    .option("--variant <name>", VARIANT)
    .option("--json", "a line of JSON for each piece of advice")
    .addOption(language)
    .action((scenario: string, flags: CheckFlags) => {
      const options = {
        seed: parseSeed(flags.seed),
        language: chosenLanguage(flags, environment),
        variant: flags.variant,
        json: flags.json === true,
      };
      done(checkCommand(scenario, options, environment));
    });
}

interface ViewFlags extends Shared {
  readonly seed: string;
  readonly variant?: string;
  readonly format?: string;
  readonly request: string;
}

function addView(program: Command, environment: Environment, done: (status: number) => void): void {
  program
    .command("view")
    .description(
      "one view of a run: walk, ladder, owners, topology, fairness, disruption, report, or modes side by side",
    )
    .argument("<view>", "walk, ladder, owners, topology, fairness, disruption, report or modes")
    .argument("[scenarios...]", "one scenario; for modes several, the sheet's four without any")
    .option("--format <format>", "text, mermaid, svg or html")
    .option("--request <number>", "the request that a ladder follows", "1")
    .option("--seed <seed>", "a whole number; the same seed gives the same run", "1")
    .option("--variant <name>", VARIANT)
    .addOption(language)
    .action((view: string, labs: string[], flags: ViewFlags) => {
      const options = {
        seed: parseSeed(flags.seed),
        language: chosenLanguage(flags, environment),
        variant: flags.variant,
        form: flags.format ?? "",
        request: parseRequest(flags.request),
      };
      done(viewCommand(view, labs, options, environment));
    });
}

interface ExportFlags {
  readonly seed: string;
  readonly variant?: string;
  readonly output?: string;
}

function addExport(
  program: Command,
  environment: Environment,
  done: (status: number) => void,
): void {
  program
    .command("export")
    .description(
      "a script that builds a scenario on a real kernel and records it, or the simulation's own recording",
    )
    .argument("<form>", "netns (a bash script) or recording (a folder)")
    .argument("<scenario>", "a name that `lvsim list` shows, or FILE.lab.yml")
    .option(
      "-o, --output <path>",
      "the script or folder to write; a script goes to stdout without it",
    )
    .option("--seed <seed>", "a whole number; the same seed gives the same run", "1")
    .option("--variant <name>", VARIANT)
    .action((form: string, scenario: string, { seed, variant, output }: ExportFlags) => {
      const options = { seed: parseSeed(seed), variant, output: output ?? null };
      done(exportCommand(form, scenario, options, environment));
    });
}

function addCompare(
  program: Command,
  environment: Environment,
  done: (status: number) => void,
): void {
  program
    .command("compare")
    .description("where a recording of a real kernel and the simulation of its scenario differ")
    .argument("<scenario>", "a name that `lvsim list` shows, or FILE.lab.yml")
    .argument("<folder>", "what a script of `lvsim export netns` recorded")
    .option("--seed <seed>", "a whole number; the same seed gives the same run", "1")
    .option("--variant <name>", VARIANT)
    .option("--json", "all differences as one JSON object")
    .addOption(language)
    .action((scenario: string, folder: string, flags: CheckFlags) => {
      const options = {
        seed: parseSeed(flags.seed),
        language: chosenLanguage(flags, environment),
        variant: flags.variant,
        json: flags.json === true,
      };
      done(compareCommand(scenario, folder, options, environment));
    });
}

function addList(program: Command, environment: Environment, done: (status: number) => void): void {
  program
    .command("list")
    .description("the scenarios that come with lvsim")
    .addOption(language)
    .action((flags: Shared) => {
      done(listCommand(chosenLanguage(flags, environment), environment));
    });
}

interface ShFlags {
  readonly image?: string;
  readonly with?: string;
  readonly seed: string;
}

function addSh(program: Command, done: (status: number) => void, environment: Environment): void {
  program
    .command("sh")
    .description("run a bash script as root on a fresh simulated machine")
    .argument("<file>", "the script; - for standard input")
    .argument("[arguments...]", "its arguments")
    .option("--image <image>", "debian-12 or centos-7", "debian-12")
    .option("--with <folder>", "files that the script sources; it sees them read-only")
    .option("--seed <seed>", "a whole number; the same seed gives the same run", "1")
    // what follows the script is the script's own
    .passThroughOptions()
    .action((file: string, args: string[], flags: ShFlags) => {
      const options = {
        image: flags.image ?? "debian-12",
        folder: flags.with ?? null,
        seed: parseSeed(flags.seed),
      };
      done(shCommand(file, args, options, environment));
    });
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
