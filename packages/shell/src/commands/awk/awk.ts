/**
 * awk: POSIX.1-2017's, with what scripts use of gawk 5.2: gensub, strftime, systime, tolower on any letter, regular
 * expressions as RS, IGNORECASE, length of arrays, switch, PROCINFO["sorted_in"], asort, the functions on bits. It speaks
 * gawk's words. Left out: coprocesses, /inet, arrays of arrays, FPAT, FIELDWIDTHS, @include, namespaces, extensions and the
 * debugger. `for (k in a)` goes in the order in which elements were made, which awk leaves open.
 */
import type { Command, CommandContext } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { flag, Getopt, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { Killed, Signal } from "../../process/signal.ts";
import { TooMuchWork } from "../../text/work.ts";
import { slurp } from "../base/input.ts";
import type { Run } from "../base/tool.ts";
import { assignOperand, Execution } from "./execute.ts";
import { TooFewArguments } from "./format.ts";
import { parseProgram } from "./parse.ts";
import { BadPattern } from "./patterns.ts";
import { BadField } from "./record.ts";
import { AwkFatal, State } from "./state.ts";
import { AwkSyntaxError, withoutEscapes } from "./tokens.ts";

const OPTIONS = [
  valued("F", "field-separator", "F"),
  valued("v", "assign", "v"),
  valued("f", "file", "f"),
  valued("e", "source", "e"),
  valued("E", "exec", "f"),
  valued("W", "", "W"),
  flag("b", "characters-as-bytes", "ignored"),
  flag("c", "traditional", "ignored"),
  flag("n", "non-decimal-data", "ignored"),
  flag("P", "posix", "ignored"),
  flag("r", "re-interval", "ignored"),
  flag("s", "no-optimize", "ignored"),
  flag("S", "sandbox", "ignored"),
  flag("V", "version", "version"),
  flag("h", "help", "help"),
];

const VERSION =
  "GNU Awk 5.2.1, API 3.2, PMA Avon 8-g1, (GNU MPFR 4.2.0, GNU MP 6.2.1)\nCopyright (C) 1989, 1991-2022 Free Software Foundation.\n";
const usage = (name: string): string =>
  `Usage: ${name} [POSIX or GNU style options] -f progfile [--] file ...\n` +
  `Usage: ${name} [POSIX or GNU style options] [--] 'program' file ...\n`;

interface CommandLine {
  readonly source: string;
  /** What messages call it. */
  readonly sourceName: string;
  readonly separator: string | null;
  readonly assignments: readonly string[];
  readonly operands: readonly string[];
}

function* readCommandLine(context: CommandContext): Run<CommandLine> {
  const name = context.argv[0] ?? "awk";
  const parser = new Getopt(OPTIONS, context.argv, true);
  const sources: string[] = [];
  const assignments: string[] = [];
  let separator: string | null = null;
  let sourceName = "cmd. line";
  for (let item = parser.next(); item.kind !== "end"; item = parser.next()) {
    if (item.kind === "error") throw new CommandFailure(1, `${item.message}\n${usage(name)}`);
    const value = item.value ?? "";
    if (item.tag === "version" || (item.tag === "W" && /^v/.test(value))) throw new Told(VERSION);
    if (item.tag === "help") throw new Told(usage(name));
    if (item.tag === "F") separator = withoutEscapes(value);
    if (item.tag === "e") sources.push(value);
    if (item.tag === "v") {
      const [variable = ""] = value.split("=");
      if (!value.includes("="))
        throw new CommandFailure(
          1,
          `${name}: \`${value}' argument to \`-v' not in \`var=value' form\n\n${usage(name)}`,
        );
      if (!/^[A-Za-z_]\w*$/.test(variable))
        throw new CommandFailure(
          2,
          `${name}: fatal: \`${variable}' is not a legal variable name\n`,
        );
      assignments.push(value);
    }
    if (item.tag !== "f") continue;
    const text = yield* slurp(context, value);
    if (typeof text === "number")
      throw new CommandFailure(
        2,
        `${name}: fatal: cannot open source file \`${value}' for reading: ${fileErrorText(text)}\n`,
      );
    sources.push(text);
    sourceName = value;
  }
  const operands = [...parser.operands];
  if (sources.length === 0) {
    const first = operands.shift();
    if (first === undefined) throw new CommandFailure(1, usage(name));
    sources.push(first);
  }
  return { source: sources.join("\n"), sourceName, separator, assignments, operands };
}

/** Ends awk with a text and status 0. */
class Told {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function* run(context: CommandContext): Run<number> {
  const name = context.argv[0] ?? "awk";
  try {
    const line = yield* readCommandLine(context);
    return yield* runProgram(context, line);
  } catch (thrown) {
    if (thrown instanceof Told) {
      yield* context.out(thrown.text);
      return 0;
    }
    if (thrown instanceof TooMuchWork) throw new Killed(Signal.XCPU);
    if (!(thrown instanceof CommandFailure)) throw thrown;
    yield* context.err(
      thrown.stderr.startsWith(name) || thrown.stderr.startsWith("Usage")
        ? thrown.stderr
        : `${name}: ${thrown.stderr}`,
    );
    return thrown.status;
  }
}

function* runProgram(context: CommandContext, line: CommandLine): Run<number> {
  const name = context.argv[0] ?? "awk";
  const program = parsed(name, line);
  for (const warning of program.warnings)
    yield* context.err(`${name}: ${line.sourceName}:${warning.line}: warning: ${warning.text}\n`);
  const state = new State(context);
  const execution = new Execution(state, program);
  try {
    prepare(state, name, line);
    try {
      yield* execution.run();
    } catch (thrown) {
      const message = fatalMessage(thrown);
      if (message === undefined) throw thrown;
      yield* state.streams.closeAll();
      const place =
        thrown instanceof AwkFatal && thrown.line < 0
          ? ""
          : `${line.sourceName}:${(thrown as AwkFatal).line || 1}: ${placeOf(state)}`;
      yield* context.err(`${name}: ${place}fatal: ${message}\n`);
      return 2;
    }
    yield* state.streams.closeAll();
    return execution.status & 0xff;
  } finally {
    execution.endFile();
    state.streams.abandon();
  }
}

/** Where in the input it happened. */
function placeOf(state: State): string {
  if (state.number("FNR") === 0) return "";
  return `(FILENAME=${state.text("FILENAME") || "-"} FNR=${state.number("FNR")}) `;
}

function fatalMessage(thrown: unknown): string | undefined {
  if (thrown instanceof AwkFatal || thrown instanceof BadField) return thrown.message;
  if (thrown instanceof BadPattern) return `invalid regexp: ${thrown.message}: /${thrown.pattern}/`;
  if (thrown instanceof TooFewArguments)
    return `not enough arguments to satisfy format string\n\t\`${thrown.format}'\n\t${" ".repeat(thrown.at)}^ ran out for this one`;
  return undefined;
}

function parsed(
  name: string,
  { source, sourceName }: CommandLine,
): ReturnType<typeof parseProgram> {
  try {
    return parseProgram(source);
  } catch (thrown) {
    if (!(thrown instanceof AwkSyntaxError)) throw thrown;
    const place = `${name}: ${sourceName}:${thrown.line}: `;
    if (thrown.bare) throw new CommandFailure(1, `${place}error: ${thrown.message}\n`);
    const start = source.lastIndexOf("\n", thrown.at - 1) + 1;
    const end = source.indexOf("\n", thrown.at);
    const text = source.slice(start, end < 0 ? source.length : end);
    const blanks = " ".repeat(Math.max(0, thrown.at - start));
    throw new CommandFailure(1, `${place}${text}\n${place}${blanks}^ ${thrown.message}\n`);
  }
}

function prepare(state: State, name: string, line: CommandLine): void {
  if (line.separator !== null) state.global("FS").value = line.separator;
  const words = state.arrayOf(state.global("ARGV"), "ARGV");
  [name, ...line.operands].forEach((word, i) => {
    words.set(String(i), word);
  });
  state.global("ARGC").value = words.size;
  const environment = state.arrayOf(state.global("ENVIRON"), "ENVIRON");
  for (const [key, value] of state.context.env) environment.set(key, value);
  const about = state.arrayOf(state.global("PROCINFO"), "PROCINFO");
  about.set("version", "5.2.1");
  about.set("pid", state.context.process.pid);
  for (const assignment of line.assignments) {
    const at = assignment.indexOf("=");
    assignOperand(state, assignment.slice(0, at), assignment.slice(at + 1));
  }
}

export const awk: Command = {
  path: "/usr/bin/awk",
  aliases: ["/usr/bin/gawk", "/bin/awk", "/usr/bin/nawk"],
  run,
};
