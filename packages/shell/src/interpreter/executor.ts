/** Runs parsed scripts: statement by statement, each by its kind. */
import type {
  AndOr,
  Command,
  Function as FunctionNode,
  Pipeline,
  Redirected,
  Statement,
} from "unbash";
import { evaluate } from "../expansions/arithmetic.ts";
import { readAll } from "../process/transfer.ts";
import type { Wait } from "../process/wait.ts";
import { Exit, ExpansionError } from "../shell/control.ts";
import { defineDynamicVariables } from "../shell/dynamic.ts";
import type { AnyNode, Executor, Run, Shell } from "../shell/shell.ts";
import { Source } from "../shell/source.ts";
import {
  runArithmetic,
  runArithmeticFor,
  runCase,
  runFor,
  runIf,
  runSelect,
  runTest,
  runWhile,
} from "./compound.ts";
import { replaceShell, runExternal } from "./external.ts";
import { callFunction } from "./function-call.ts";
import {
  capture,
  runAlone,
  runPipeline,
  runSubshell,
  startBackground,
  startCoproc,
  substituteProcess,
} from "./jobs.ts";
import { complainOf, errorStatus, main } from "./main.ts";
import { RedirectError, redirect, restore, type Saved } from "./redirect.ts";
import { closeSubstitutions, runBuiltin, runSimple } from "./simple-command.ts";
import { syntaxFault } from "./syntax-error.ts";
import { runErrorTrap, runPendingTraps } from "./traps.ts";

/** Kinds whose failure is their own, not one that a command inside them was already ended by. */
const FAILS_ITSELF = new Set([
  "Command",
  "Pipeline",
  "Subshell",
  "TestCommand",
  "ArithmeticCommand",
  "Redirected",
]);

const NO_ALIASES: ReadonlyMap<string, string> = new Map();

function attach(shell: Shell): void {
  shell.variables.evaluate = (expression) => String(evaluate(shell, expression));
  if (shell.dialect === "dash") shell.variables.readonlyText = (name) => `${name}: is read only`;
  else defineDynamicVariables(shell.variables, shell);
}

function* run(shell: Shell, source: Source, who: string): Run {
  const before = shell.source;
  shell.source = source;
  const fault = syntaxFault(shell, source, who);
  let status = 0;
  try {
    let skipLine = 0;
    let echoed = 0;
    let readLine = 0;
    for (const statement of source.script.commands) {
      const line = source.lineAt(statement.pos);
      if (fault !== undefined && !isComplete(source, statement, fault.line)) break;
      if (line <= skipLine) continue;
      if (line > readLine)
        shell.readAliases = shell.aliases.size === 0 ? NO_ALIASES : new Map(shell.aliases);
      readLine = Math.max(readLine, source.lineAt(Math.max(statement.pos, statement.end - 1)));
      if (shell.options.has("verbose")) yield* echoLines(shell, source, echoed, statement.end);
      echoed = Math.max(echoed, endOfLine(source.text, statement.end));
      try {
        status = yield* runStatement(shell, statement);
      } catch (thrown) {
        if (!(thrown instanceof ExpansionError)) throw thrown;
        yield* complainOf(shell, thrown);
        status = errorStatus(shell, thrown);
        shell.status = status;
        if (
          (thrown.fatal && !shell.interactive) ||
          shell.dialect === "dash" ||
          shell.subshellDepth > 0
        )
          throw new Exit(status);
        skipLine = source.lineAt(Math.max(statement.pos, statement.end - 1));
      }
      yield* runPendingTraps(shell);
    }
    if (fault === undefined) return status;
    yield* shell.err(fault.text);
    if (fault.keepsStatus) return shell.status;
    shell.status = 2;
    if (shell.dialect === "dash") throw new Exit(2);
    return 2;
  } finally {
    shell.source = before;
  }
}

const endOfLine = (text: string, offset: number): number => {
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
};

/** `set -v`: the lines of a source as they are read. */
function* echoLines(
  shell: Shell,
  { text }: Source,
  from: number,
  to: number,
): Generator<Wait, void, void> {
  const lines = text.slice(from, endOfLine(text, to));
  if (lines !== "") yield* shell.err(lines.endsWith("\n") ? lines : `${lines}\n`);
}

/** Whether a statement ends on a line before that of the first syntax error; a recovered one has no end of its own. */
const isComplete = (source: Source, { pos, end }: Statement, faultLine: number): boolean =>
  end > pos && source.lineAt(end - 1) < faultLine;

function* list(shell: Shell, statements: readonly Statement[]): Run {
  let status = 0;
  for (const statement of statements) {
    status = yield* runStatement(shell, statement);
    yield* runPendingTraps(shell);
  }
  return status;
}

function* runStatement(shell: Shell, statement: Statement): Run {
  if (shell.options.has("noexec")) return 0;
  const status =
    statement.background === true
      ? yield* startBackground(shell, statement)
      : yield* node(shell, statement.command);
  shell.status = status;
  return status;
}

function* node(shell: Shell, command: AnyNode): Run {
  if (command.type === "AndOr") return yield* runAndOr(shell, command);
  const isNegated =
    command.type === "Pipeline" && command.prefixes.some(({ type }) => type === "Negation");
  const status = yield* dispatch(shell, command);
  shell.status = status;
  if (command.type !== "Pipeline" || command.commands.length === 1) shell.pipeStatus = [status];
  if (status !== 0 && shell.conditionDepth === 0 && !isNegated && FAILS_ITSELF.has(command.type)) {
    yield* runErrorTrap(shell);
    if (shell.options.errexit) throw new Exit(status);
  }
  return status;
}

function* runAndOr(shell: Shell, { commands, operators }: AndOr): Run {
  let status = 0;
  for (let i = 0; i < commands.length; i++) {
    const operator = operators[i - 1];
    if (operator !== undefined && (operator === "&&") !== (status === 0)) continue;
    const isLast = i === commands.length - 1;
    if (!isLast) shell.conditionDepth++;
    try {
      status = yield* node(shell, commands[i] as AnyNode);
    } finally {
      if (!isLast) shell.conditionDepth--;
    }
    shell.status = status;
  }
  return status;
}

function* dispatch(shell: Shell, command: Exclude<AnyNode, AndOr>): Run {
  switch (command.type) {
    case "Command":
      return yield* runSimple(shell, command, false);
    case "Pipeline":
      return yield* runWholePipeline(shell, command);
    case "Redirected":
      return yield* runRedirected(shell, command);
    case "Function":
      return yield* defineFunction(shell, command);
    case "Subshell":
      return yield* runSubshell(shell, command, []);
    case "BraceGroup":
      return yield* list(shell, command.body.commands);
    case "If":
      return yield* runIf(shell, command);
    case "While":
      return yield* runWhile(shell, command);
    case "For":
      return yield* runFor(shell, command);
    case "ArithmeticFor":
      return yield* runArithmeticFor(shell, command);
    case "Case":
      return yield* runCase(shell, command);
    case "Select":
      return yield* runSelect(shell, command);
    case "TestCommand":
      return yield* refusedInDash(shell, "[[", () => runTest(shell, command), command.pos);
    case "ArithmeticCommand":
      if (shell.dialect === "bash") return yield* runArithmetic(shell, command);
      // two subshells, one in the other
      return yield* run(shell, new Source(command.body, shell.source.file, shell.line), "");
    case "Coproc":
      return yield* startCoproc(shell, command);
  }
}

/** What dash takes for a command that is not there. */
function* refusedInDash(shell: Shell, name: string, body: () => Run, pos: number): Run {
  shell.line = shell.source.lineAt(pos);
  if (shell.dialect === "bash") return yield* body();
  yield* shell.complain(`${name}: not found`);
  return 127;
}

function* runWholePipeline(shell: Shell, pipeline: Pipeline): Run {
  const isNegated = pipeline.prefixes.filter(({ type }) => type === "Negation").length % 2 === 1;
  const time = pipeline.prefixes.find(({ type }) => type === "Time");
  const startedAt = shell.kernel.now;
  const [only] = pipeline.commands;
  if (isNegated) shell.conditionDepth++;
  let status: number;
  try {
    status =
      pipeline.commands.length === 1 && only !== undefined
        ? yield* node(shell, only)
        : only === undefined
          ? 0
          : yield* runPipeline(shell, pipeline);
  } finally {
    if (isNegated) shell.conditionDepth--;
  }
  if (time?.type === "Time" && shell.variables.get("TIMEFORMAT") !== "") {
    yield* shell.err(timeReport(shell.kernel.now - startedAt, time.posix !== undefined));
  }
  if (!isNegated) return status;
  return status === 0 ? 1 : 0;
}

/** `time`: the simulated time that passed; processor time is not modelled. */
function timeReport(nanoseconds: number, isPosix: boolean): string {
  const seconds = nanoseconds / 1e9;
  if (isPosix) return `real ${seconds.toFixed(2)}\nuser 0.00\nsys 0.00\n`;
  const minutes = Math.floor(seconds / 60);
  return `\nreal\t${minutes}m${(seconds - minutes * 60).toFixed(3)}s\nuser\t0m0.000s\nsys\t0m0.000s\n`;
}

function* runRedirected(shell: Shell, { command, redirects, pos }: Redirected): Run {
  if (command.type === "Subshell") return yield* runSubshell(shell, command, redirects);
  const saved: Saved = [];
  const open = shell.substitutions.length;
  shell.line = shell.source.lineAt(pos);
  try {
    try {
      yield* redirect(shell, redirects, saved);
    } catch (thrown) {
      if (!(thrown instanceof RedirectError)) throw thrown;
      yield* shell.complain(thrown.message);
      return shell.dialect === "dash" ? 2 : 1;
    }
    return yield* dispatch(shell, command);
  } finally {
    restore(shell, saved);
    closeSubstitutions(shell, open);
  }
}

// biome-ignore lint/correctness/useYield: one of the kinds of commands, which may wait
function* defineFunction(shell: Shell, { name, body, pos }: FunctionNode): Run {
  const line = shell.source.lineAt(pos);
  shell.line = line;
  shell.functions.set(name.value, { name: name.value, body, source: shell.source, line });
  return 0;
}

function* readInput(shell: Shell, command: Command): Generator<Wait, string | undefined, void> {
  const saved: Saved = [];
  shell.line = shell.source.lineAt(command.pos);
  try {
    yield* redirect(shell, command.redirects, saved);
    const file = shell.process.descriptors.get(0);
    return file === undefined ? "" : yield* readAll(file);
  } catch (thrown) {
    if (!(thrown instanceof RedirectError)) throw thrown;
    yield* shell.complain(thrown.message);
    return undefined;
  } finally {
    restore(shell, saved);
  }
}

function* runWords(
  shell: Shell,
  argv: readonly string[],
  which: "any" | "no-function" | "builtin",
): Run {
  const [name = ""] = argv;
  const body = which === "any" ? shell.functions.get(name) : undefined;
  if (body !== undefined) return yield* callFunction(shell, body, argv);
  const builtin = shell.builtins.get(name);
  if (builtin !== undefined && !(which === "any" && shell.disabled.has(name)))
    return yield* runBuiltin(shell, builtin, argv);
  return yield* runExternal(shell, argv, argv.join(" "));
}

export const EXECUTOR: Executor = {
  attach,
  run,
  main,
  simple: runSimple,
  alone: runAlone,
  readInput,
  list,
  node,
  capture,
  substituteProcess,
  runWords,
  replace: replaceShell,
};
