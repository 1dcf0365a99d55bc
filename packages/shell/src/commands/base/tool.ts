/**
 * The frame of a small tool: its options read as getopt_long(3) does, its complaints in the form of GNU's programs, and
 * the ways in which it ends early. What the real ones print for --help is left out but for the line of usage.
 */
import { type Command, type CommandContext, simpleCommand } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { Getopt, type GetoptOption } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { Killed, Signal } from "../../process/signal.ts";
import type { Wait } from "../../process/wait.ts";
import { TooMuchWork } from "../../text/work.ts";
import { basename } from "../../vfs/path.ts";
import { Given, type GivenOption } from "./given.ts";
import { Quoting } from "./quoting.ts";

export type Run<T> = Generator<Wait, T, void>;

export interface ToolOptions {
  readonly options?: readonly GetoptOption<string>[];
  /** Status after a wrong command line; 1 where nothing is given. */
  readonly usageStatus?: number;
  /** Options end at the first operand. */
  readonly stopsAtOperand?: boolean;
  readonly aliases?: readonly string[];
  /** What `--version` names, as `GNU coreutils) 9.1`. */
  readonly version?: string;
  /** What stands behind the name in the line of usage. */
  readonly usage?: string;
  /** The hint at its help begins with its name too, as diffutils' do. */
  readonly namesHint?: boolean;
  /** What stands in the place of that hint. */
  readonly badUsage?: string;
}

/** One run of a tool. */
export class Job {
  readonly context: CommandContext;
  readonly given: Given;
  readonly quote: Quoting;
  /** What it returns in the end; complaints make it `failed`. */
  status = 0;
  private readonly usageStatus: number;
  private readonly hint: string;

  constructor(context: CommandContext, given: Given, spec: ToolOptions = {}) {
    this.context = context;
    this.given = given;
    this.quote = new Quoting(context);
    this.usageStatus = spec.usageStatus ?? 1;
    this.hint = hintOf(given.program, spec);
  }

  get name(): string {
    return this.given.program;
  }

  get operands(): readonly string[] {
    return this.given.operands;
  }

  /** Writes `NAME: TEXT` to standard error and goes on; the status becomes `status`. */
  *complain(text: string, status = 1): Run<void> {
    this.status = Math.max(this.status, status);
    yield* this.context.err(`${this.name}: ${text}\n`);
  }

  /** `NAME: FILE: strerror`. */
  *complainOf(file: string, errno: number, status = 1): Run<void> {
    yield* this.complain(`${this.quote.plain(file)}: ${fileErrorText(errno)}`, status);
  }

  /** Ends the tool with a complaint. */
  fail(text: string, status = 1): CommandFailure {
    return new CommandFailure(status, `${this.name}: ${text}\n`);
  }

  /** Ends the tool with a complaint about its command line. */
  misused(text: string, status = this.usageStatus): CommandFailure {
    return new CommandFailure(status, `${this.name}: ${text}\n${this.hint}`);
  }

  /** Ends the tool with words that do not begin with its name. */
  failBare(text: string, status = 1): CommandFailure {
    return new CommandFailure(status, `${text}\n`);
  }

  /** Ends the tool without a word. */
  silent(status: number): CommandFailure {
    return new CommandFailure(status, "");
  }

  /** Ends the tool with nothing but the hint at its help. */
  bareMisuse(): CommandFailure {
    return new CommandFailure(this.usageStatus, this.hint);
  }

  /** Refuses the operand at `index` when there is one. */
  noOperand(index: number): void {
    const extra = this.operands[index];
    if (extra !== undefined) throw this.misused(`extra operand ${this.quote.word(extra)}`);
  }
}

const hintOf = (name: string, { badUsage, namesHint }: ToolOptions): string =>
  badUsage ??
  `${namesHint === true ? `${name}: ` : ""}Try '${name} --help' for more information.\n`;

/** A tool that may wait and stream; it returns its status, or undefined for `job.status`. */
export function tool(
  path: string,
  spec: ToolOptions,
  body: (job: Job) => Run<number | undefined>,
): Command {
  return {
    path,
    aliases: spec.aliases ?? [],
    run: (context) =>
      guarded(context, function* () {
        const about = aboutText(context.argv, path, spec);
        if (about !== undefined) {
          yield* context.out(about);
          return 0;
        }
        const given = readOptions(context.argv, spec);
        const job = new Job(context, given, spec);
        return (yield* body(job)) ?? job.status;
      }),
  };
}

/** Runs a program's body; a `CommandFailure` that it throws becomes its end. */
function* guarded(context: CommandContext, body: () => Run<number>): Run<number> {
  try {
    return yield* body();
  } catch (thrown) {
    if (thrown instanceof TooMuchWork) throw new Killed(Signal.XCPU);
    if (!(thrown instanceof CommandFailure)) throw thrown;
    yield* context.err(thrown.stderr);
    return thrown.status;
  }
}

/** A program that reads its words itself. */
export const wordTool = (path: string, body: (job: Job) => Run<number>): Command => ({
  path,
  run: (context) =>
    guarded(context, () => body(new Job(context, new Given(context.argv[0] ?? "", [], [])))),
});

/** A tool that gives all of its output at once. */
export const plainTool = (path: string, spec: ToolOptions, body: (job: Job) => string): Command =>
  tool(path, spec, function* (job) {
    yield* job.context.out(body(job));
    return job.status;
  });

/** A program without options that only has a status. */
export const statusOnly = (path: string, status: number): Command =>
  simpleCommand(path, () => ({ status, stdout: "", stderr: "" }));

function readOptions(argv: readonly string[], spec: ToolOptions): Given {
  const parser = new Getopt(spec.options ?? [], argv, spec.stopsAtOperand ?? false);
  const options: GivenOption[] = [];
  for (let item = parser.next(); item.kind !== "end"; item = parser.next()) {
    if (item.kind === "error")
      throw new CommandFailure(
        spec.usageStatus ?? 1,
        `${item.message}\n${hintOf(argv[0] ?? "", spec)}`,
      );
    options.push({ tag: item.tag, value: item.value ?? "", typed: item.typed });
  }
  return new Given(argv[0] ?? "", options, parser.operands);
}

function aboutText(argv: readonly string[], path: string, spec: ToolOptions): string | undefined {
  if (argv.length !== 2) return undefined;
  if (argv[1] === "--version")
    return `${basename(path)} (${spec.version ?? "GNU coreutils) 9.1"}\n`;
  return argv[1] === "--help"
    ? `Usage: ${argv[0]} ${spec.usage ?? "[OPTION]... [FILE]..."}\n`
    : undefined;
}
