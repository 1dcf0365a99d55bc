/** The command line of troubles: `lvsim break` and `lvsim why`. */
import type { Command } from "commander";
import { breakCommand } from "./commands/break.ts";
import { whyCommand } from "./commands/why.ts";
import type { Environment } from "./environment.ts";
import { chosenLanguage, language, type Shared } from "./language-option.ts";
import { parseRequest, parseSeed } from "./options.ts";

interface BreakFlags extends Shared {
  readonly seed: string;
  readonly level: string;
  readonly answer?: boolean;
}

export function addBreak(
  program: Command,
  environment: Environment,
  done: (status: number) => void,
): void {
  program
    .command("break")
    .description("make a lab with faults in it, as a lab file on standard output")
    .argument("[topology]", "dr, nat, tun or fullnat, or one of them in full, as nat-one-armed")
    .option("--seed <seed>", "a whole number; the same seed makes the same lab", "1")
    .option("--level <level>", "1: an easy fault; 2: any; 3 and 4: two at once; 5: three", "1")
    .option("--answer", "what is wrong with that lab, instead of the lab")
    .addOption(language)
    .action((topology: string | undefined, flags: BreakFlags) => {
      const options = {
        seed: parseSeed(flags.seed),
        language: chosenLanguage(flags, environment),
        level: flags.level,
        topology,
        answer: flags.answer === true,
      };
      done(breakCommand(options, environment));
    });
}

interface WhyFlags extends Shared {
  readonly seed: string;
  readonly variant?: string;
  readonly json?: boolean;
  readonly expect?: string;
  readonly expectServer?: string;
  readonly within?: string;
}

export function addWhy(
  program: Command,
  environment: Environment,
  done: (status: number) => void,
): void {
  program
    .command("why")
    .description("tell why a request went wrong, and the smallest change that mends it")
    .argument("<scenario>", "a name that `lvsim list` shows, or FILE.lab.yml")
    .argument("[request]", "number of a request, as `lvsim run` counts them; all without it")
    .option("--expect <text>", "what every answer should hold")
    .option("--expect-server <names>", "servers that should each get a request, as rs1,rs2")
    .option("--within <time>", "how long a request may take, as 500ms")
    .option("--seed <seed>", "a whole number; the same seed gives the same run", "1")
    .option("--variant <name>", "the lab with something changed, as the lab names it: mended")
    .option("--json", "a line of JSON for each request that went wrong")
    .addOption(language)
    .action((scenario: string, request: string | undefined, flags: WhyFlags) => {
      const options = {
        seed: parseSeed(flags.seed),
        language: chosenLanguage(flags, environment),
        json: flags.json === true,
        request: request === undefined ? null : parseRequest(request),
        variant: flags.variant,
        expected: {
          text: flags.expect ?? null,
          servers: flags.expectServer?.split(",") ?? [],
          within: flags.within ?? null,
        },
      };
      done(whyCommand(scenario, options, environment));
    });
}
