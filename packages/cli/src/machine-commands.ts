/** The commands that bring what people type or have in files: import, lab, sheet. */
import type { Command } from "commander";
import { importCommand } from "./commands/import.ts";
import { labCommand } from "./commands/lab.ts";
import { sheetCommand } from "./commands/sheet.ts";
import type { Environment } from "./environment.ts";
import { chosenLanguage, language, type Shared, VARIANT } from "./language-option.ts";
import { parseSeed } from "./options.ts";

interface ImportFlags extends Shared {
  readonly out?: string;
  readonly json?: boolean;
}

export function addImport(
  program: Command,
  environment: Environment,
  done: (status: number) => void,
): void {
  program
    .command("import")
    .description(
      "make a lab of an ipvsadm -S dump, keepalived.conf, a script, lab.conf, .clab.yml, or outputs of machines",
    )
    .argument("<path>", "a file, or a folder")
    .option("--out <file>", "write the lab to this file, as x.lab.yml; standard output without it")
    .option("--json", "the lab and what it lacks as one line of JSON")
    .addOption(language)
    .action((path: string, flags: ImportFlags) => {
      const options = {
        language: chosenLanguage(flags, environment),
        out: flags.out ?? null,
        json: flags.json === true,
      };
      done(importCommand(path, options, environment));
    });
}

interface LabFlags extends Shared {
  readonly seed: string;
  readonly variant?: string;
  readonly replay?: string;
}

export function addLab(
  program: Command,
  environment: Environment,
  done: (status: number) => void,
): void {
  program
    .command("lab")
    .description("a terminal on a scenario, or a lab file of your own: type on its machines")
    .argument("<scenario>", "a name that `lvsim list` shows, or FILE.lab.yml")
    .option("--replay <file>", "do once more what `:record` wrote, with the same output")
    .option("--seed <seed>", "a whole number; the same seed gives the same run", "1")
    .option("--variant <name>", VARIANT)
    .addOption(language)
    .action((scenario: string, flags: LabFlags) => {
      const options = {
        seed: parseSeed(flags.seed),
        language: chosenLanguage(flags, environment),
        variant: flags.variant,
        replay: flags.replay ?? null,
      };
      done(labCommand(scenario, options, environment));
    });
}

interface SheetFlags extends Shared {
  readonly seed: string;
  readonly lab?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export function addSheet(
  program: Command,
  environment: Environment,
  done: (status: number) => void,
): void {
  program
    .command("sheet")
    .description("play a lab sheet, and hold what comes out beside what it shows")
    .argument("<file>", "a document in Markdown or plain text; - for standard input")
    .option("--lab <scenario>", "play it on this lab instead of the one that it describes")
    .option("--seed <seed>", "a whole number; the same seed gives the same run", "1")
    .option("--json", "JSON Lines: the machines, then every step")
    .option("-v, --verbose", "all output, also where the sheet shows none")
    .addOption(language)
    .action((file: string, flags: SheetFlags) => {
      const options = {
        seed: parseSeed(flags.seed),
        language: chosenLanguage(flags, environment),
        json: flags.json === true,
        verbose: flags.verbose === true,
        lab: flags.lab ?? null,
      };
      done(sheetCommand(file, options, environment));
    });
}
