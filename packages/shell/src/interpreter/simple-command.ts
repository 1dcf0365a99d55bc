/** Simple commands: assignments, functions, builtins and programs. */
import type { Assignment, Command, Word } from "unbash";
import { expandText, expandWords } from "../expansions/expand.ts";
import { quoteTrace } from "../expansions/transform.ts";
import { SHELL_LIMITS } from "../kernel/limits.ts";
import { FileError, fileErrorText } from "../process/errno.ts";
import type { Wait } from "../process/wait.ts";
import { Exit, ExpansionError, Return } from "../shell/control.ts";
import type { ArrayArgument, Builtin, Run, Shell, ShellFunction } from "../shell/shell.ts";
import type { Variables } from "../shell/variables.ts";
import { assign } from "./assign.ts";
import { executableAt, findCommand, runProgram } from "./find-command.ts";
import { complainOf, errorStatus } from "./main.ts";
import { keep, RedirectError, redirect, restore, type Saved } from "./redirect.ts";
import { traceLine } from "./trace.ts";
import { runDebugTrap } from "./traps.ts";
import { reportDeath, waitFor } from "./wait-for.ts";

/** Characters of a command's text that a trace keeps. */
const ORIGIN_MAX = 200;

/** `inPlace`: the process has nothing else to do, so a program may take its place without a fork. */
export function* runSimple(shell: Shell, node: Command, inPlace: boolean): Run {
  shell.line = shell.source.lineAt(node.pos);
  shell.lastSubstitutionStatus = null;
  yield* runDebugTrap(shell);
  const { argv, arrays } = yield* expandArguments(shell, node);
  const assignments = node.prefix.filter((part) => part.type === "Assignment");
  const saved: Saved = [];
  try {
    if (argv.length === 0) return yield* runWithoutName(shell, node, assignments, saved);
    const [name = ""] = argv;
    const body = shell.functions.get(name);
    const builtin = body === undefined ? shell.builtins.get(name) : undefined;
    if (builtin === undefined && body === undefined) {
      return yield* runExternalWith(shell, node, argv, assignments, saved, inPlace);
    }
    const isExec = name === "exec" && builtin !== undefined;
    if (!(yield* redirectFor(shell, node, saved, argv))) {
      return shell.dialect === "dash" && SPECIAL.has(name)
        ? fail(2)
        : shell.dialect === "dash"
          ? 2
          : 1;
    }
    shell.process.origin = originOf(shell, node);
    const status = yield* withAssignments(
      shell,
      assignments,
      body === undefined && SPECIAL.has(name),
      function* () {
        if (shell.options.xtrace) yield* traceLine(shell, argv.map(quoteTrace).join(" "));
        if (body !== undefined) return yield* callFunction(shell, body, argv);
        shell.arrayArguments = arrays;
        return yield* runBuiltin(shell, builtin as Builtin, argv);
      },
    );
    if (isExec) keep(saved);
    shell.lastArgument = argv[argv.length - 1] ?? "";
    return status;
  } finally {
    restore(shell, saved);
  }
}

/** POSIX's special builtins: their assignments stay in dash, and their errors end it. */
const SPECIAL = new Set(
  ". : break continue eval exec exit export readonly return set shift times trap unset".split(" "),
);

function fail(status: number): never {
  throw new Exit(status);
}

const originOf = (shell: Shell, node: { readonly pos: number; readonly end: number }) => ({
  command: shell.source.text.slice(node.pos, Math.min(node.end, node.pos + ORIGIN_MAX)),
  file: shell.source.file,
  line: shell.line,
});

const DECLARATIONS = new Set(["declare", "export", "local", "readonly", "typeset"]);

/** The words of a command; arrays among the arguments of a declaration come apart. */
function* expandArguments(
  shell: Shell,
  node: Command,
): Generator<Wait, { argv: string[]; arrays: Map<number, ArrayArgument> }, void> {
  const arrays = new Map<number, ArrayArgument>();
  if (node.name === undefined) return { argv: [], arrays };
  const argv = yield* expandWords(shell, [node.name]);
  const isDeclaration = DECLARATIONS.has(argv[0] ?? "");
  for (const argument of node.args) {
    if (argument.type === "Assignment") yield* expandDeclared(shell, argument, argv, arrays);
    else if (isDeclaration && /^\w+\+?=/.test(argument.text))
      argv.push(yield* expandText(shell, argument, "assignment"));
    else argv.push(...(yield* expandWords(shell, [argument as Word])));
  }
  return { argv, arrays };
}

function* expandDeclared(
  shell: Shell,
  argument: Assignment,
  argv: string[],
  arrays: Map<number, ArrayArgument>,
): Generator<Wait, void, void> {
  const { name, value, index } = argument;
  const append = argument.append === true;
  if (value.type === "ArrayValue") {
    arrays.set(argv.length, { name, append, elements: value.elements });
    argv.push(name);
    return;
  }
  const subscript = index === undefined ? "" : `[${yield* expandText(shell, index, "quoted")}]`;
  argv.push(
    `${name}${subscript}${append ? "+" : ""}=${yield* expandText(shell, value, "assignment")}`,
  );
}

/** Assignments and redirections alone: they are the shell's own. */
function* runWithoutName(
  shell: Shell,
  node: Command,
  assignments: readonly Assignment[],
  saved: Saved,
): Run {
  if (!(yield* redirectFor(shell, node, saved, []))) return shell.dialect === "dash" ? 2 : 1;
  for (const assignment of assignments) {
    const { trace, name } = yield* assign(shell, assignment);
    if (shell.options.xtrace) yield* traceLine(shell, trace);
    if (shell.options.has("allexport")) shell.variables.export(name);
  }
  return shell.lastSubstitutionStatus ?? 0;
}

/** False after a message when a redirection failed. */
function* redirectFor(
  shell: Shell,
  node: Command,
  saved: Saved,
  _argv: readonly string[],
): Generator<Wait, boolean, void> {
  if (node.redirects.length === 0) return true;
  shell.process.origin = originOf(shell, node);
  try {
    yield* redirect(shell, node.redirects, saved);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof RedirectError)) throw thrown;
    yield* shell.complain(thrown.message);
    return false;
  }
}

/** Runs `body` while the assignments before a command hold; with `stay` they remain, as dash's special builtins have it. */
function* withAssignments(
  shell: Shell,
  assignments: readonly Assignment[],
  isSpecial: boolean,
  body: () => Run,
): Run {
  if (assignments.length === 0) return yield* body();
  const stays = isSpecial && shell.dialect === "dash";
  const outer: Variables = shell.variables;
  const before = assignments.map(({ name }) => ({ name, variable: outer.lookup(name)?.copy() }));
  for (const assignment of assignments) {
    const { trace } = yield* assign(shell, assignment);
    if (shell.options.xtrace) yield* traceLine(shell, trace);
    outer.export(assignment.name);
  }
  try {
    return yield* body();
  } finally {
    if (!stays) for (const { name, variable } of before.reverse()) outer.putBack(name, variable);
  }
}

export function* callFunction(shell: Shell, body: ShellFunction, argv: readonly string[]): Run {
  if (shell.frames.length >= SHELL_LIMITS.nestingMax) {
    yield* shell.complain(
      `${body.name}: maximum function nesting level exceeded (${SHELL_LIMITS.nestingMax})`,
    );
    throw new ExpansionError("", false);
  }
  const { kernel, process } = shell;
  const wait = kernel.step(process, kernel.costs.loopTurn);
  if (wait !== null) yield wait;
  const { positional, source, line, loopDepth } = shell;
  shell.frames.push({ name: body.name, source: body.source, callLine: line, isFunction: true });
  shell.variables.push();
  shell.positional = argv.slice(1);
  shell.source = body.source;
  shell.loopDepth = 0;
  try {
    const { body: node } = body;
    return node.type === "CompoundList"
      ? yield* shell.executor.list(shell, node.commands)
      : yield* shell.executor.node(shell, node);
  } catch (thrown) {
    if (thrown instanceof Return) return thrown.status;
    throw thrown;
  } finally {
    shell.frames.pop();
    shell.variables.pop();
    shell.positional = positional;
    shell.source = source;
    shell.line = line;
    shell.loopDepth = loopDepth;
  }
}

/** Runs a builtin; errors of its own assignments and numbers are its status, not the end of the line. */
export function* runBuiltin(shell: Shell, builtin: Builtin, argv: readonly string[]): Run {
  try {
    return yield* builtin(shell, argv);
  } catch (thrown) {
    if (!(thrown instanceof ExpansionError)) throw thrown;
    yield* complainOf(shell, thrown);
    if (shell.dialect === "dash" || thrown.fatal) throw new Exit(errorStatus(shell, thrown));
    return 1;
  }
}

function* runExternalWith(
  shell: Shell,
  node: Command,
  argv: readonly string[],
  assignments: readonly Assignment[],
  saved: Saved,
  inPlace: boolean,
): Run {
  return yield* withAssignments(shell, assignments, false, function* () {
    if (shell.options.xtrace) yield* traceLine(shell, argv.map(quoteTrace).join(" "));
    if (!(yield* redirectFor(shell, node, saved, argv))) return shell.dialect === "dash" ? 2 : 1;
    const text = shell.source.text.slice(node.pos, node.end);
    const replaces = inPlace && shell.traps.size === 0;
    // nobody comes back to the old descriptors, and a pipe's end that stays open would hide its end
    if (replaces) keep(saved);
    const status = yield* runExternal(shell, argv, text, replaces);
    shell.lastArgument = argv[argv.length - 1] ?? "";
    return status;
  });
}

/** Runs a program in a child, or in place of the shell. */
export function* runExternal(
  shell: Shell,
  argv: readonly string[],
  text: string,
  inPlace: boolean,
): Run {
  const [name = ""] = argv;
  const path = findCommand(shell, name);
  if (path === undefined) {
    yield* shell.complain(
      shell.dialect === "dash" ? `${name}: not found` : `${name}: command not found`,
    );
    return 127;
  }
  const file = executableAt(shell, path);
  if (typeof file === "number") {
    yield* shell.complain(`${path}: ${refusal(shell, file)}`);
    return file === FileError.ENOENT ? 127 : 126;
  }
  const environment = shell.variables.environment();
  environment.set("_", path);
  const origin = {
    command: argv.join(" ").slice(0, ORIGIN_MAX),
    file: shell.source.file,
    line: shell.line,
  };
  if (inPlace) {
    shell.process.environment = environment;
    shell.process.origin = origin;
    return yield* runProgram(shell, shell.process, path, argv);
  }
  const child = shell.kernel.spawn(
    {
      parent: shell.process,
      argv,
      origin,
      descriptors: shell.process.descriptors.copy(),
      environment,
    },
    (process) => runProgram(shell, process, path, argv),
  );
  if (child === null) {
    yield* shell.complain("fork: Resource temporarily unavailable");
    throw new Exit(254);
  }
  const status = yield* waitFor(child);
  yield* reportDeath(shell, child, text);
  return status;
}

function refusal(shell: Shell, errno: number): string {
  if (shell.dialect !== "dash") return fileErrorText(errno);
  if (errno === FileError.ENOENT) return "not found";
  return errno === FileError.EISDIR ? "Permission denied" : fileErrorText(errno);
}
