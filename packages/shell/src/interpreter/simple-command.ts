/** Simple commands: assignments, functions, builtins and programs. */
import type { Assignment, Command, Redirect } from "unbash";
import { quoteTrace } from "../expansions/transform.ts";
import type { Wait } from "../process/wait.ts";
import { Exit, ExpansionError } from "../shell/control.ts";
import type { Builtin, Run, Shell } from "../shell/shell.ts";
import { Source } from "../shell/source.ts";
import type { Variables } from "../shell/variables.ts";
import { expandArguments } from "./arguments.ts";
import { assign } from "./assign.ts";
import { runInPlace, shownNode, startExternal } from "./external.ts";
import { callFunction } from "./function-call.ts";
import { startBackground } from "./jobs.ts";
import { complainOf, errorStatus } from "./main.ts";
import { keep, RedirectError, redirect, restore, type Saved } from "./redirect.ts";
import { traceLine } from "./trace.ts";
import { runDebugTrap } from "./traps.ts";
import { reportDeath, waitInForeground } from "./wait-for.ts";

/** Characters of a command's text that a trace keeps. */
const ORIGIN_MAX = 200;

/** `inPlace`: the process has nothing else to do, so a program may take its place without a fork. */
export function* runSimple(shell: Shell, node: Command, inPlace: boolean): Run {
  const aliased = aliasedSource(shell, node);
  if (aliased !== undefined) {
    const { aliasesInUse } = shell;
    shell.aliasesInUse = aliased.inUse;
    try {
      return yield* shell.executor.run(shell, aliased.source, "");
    } finally {
      shell.aliasesInUse = aliasesInUse;
    }
  }
  shell.line = lineOf(shell, node);
  if (
    shell.dialect === "dash" &&
    node.redirects.some((part) => part.type === "Redirect" && part.operator === "&>")
  ) {
    return yield* runBothOperator(shell, node);
  }
  shell.lastSubstitutionStatus = null;
  if (shell.inTrap === null) shell.command = shell.source.text.slice(node.pos, node.end);
  yield* runDebugTrap(shell);
  const open = shell.substitutions.length;
  const { argv, arrays } = yield* expandArguments(shell, node);
  const assignments = node.prefix.filter((part) => part.type === "Assignment");
  const saved: Saved = [];
  const appends = assignments.find(({ append }) => append === true);
  if (appends !== undefined && shell.dialect === "dash") {
    yield* shell.complain(`${appends.text}: not found`);
    return 127;
  }
  try {
    if (argv.length === 0) return yield* runWithoutName(shell, node, assignments, saved);
    const [name = ""] = argv;
    const body = shell.functions.get(name);
    const builtin =
      body === undefined && !shell.disabled.has(name) ? shell.builtins.get(name) : undefined;
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
        if (shell.options.xtrace) yield* traceLine(shell, tracedWords(shell, argv));
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
    closeSubstitutions(shell, open);
  }
}

/** The words of a command as `set -x` shows them; dash quotes nothing. */
const tracedWords = (shell: Shell, argv: readonly string[]): string =>
  (shell.dialect === "dash" ? argv : argv.map(quoteTrace)).join(" ");

/** `a &> f` is two commands to dash: `a` in the background, and an empty one with a redirection. */
function* runBothOperator(shell: Shell, node: Command): Run {
  const isBoth = (part: { readonly type: string; readonly operator?: string }): boolean =>
    part.type === "Redirect" && part.operator === "&>";
  const suffix = node.suffix.filter((part) => !isBoth(part));
  const redirects = node.redirects.filter((part) => !isBoth(part));
  const { pos, end, name, prefix, args } = node;
  const plain: Command = { type: "Command", pos, end, name, prefix, suffix, args, redirects };
  yield* startBackground(shell, { type: "Statement", pos, end, command: plain, background: true });
  const saved: Saved = [];
  const files = node.redirects
    .filter(isBoth)
    .map((part) => ({ ...(part as Redirect), operator: ">" as const }));
  try {
    yield* redirect(shell, files, saved);
  } finally {
    restore(shell, saved);
  }
  return 0;
}

/** Closes what process substitutions opened since `open`. */
export function closeSubstitutions(shell: Shell, open: number): void {
  for (const descriptor of shell.substitutions.splice(open))
    shell.process.descriptors.close(descriptor);
}

/** Bash notes the line after it has read the second word. */
function lineOf({ source }: Shell, { name, prefix, suffix, pos }: Command): number {
  const parts = [...prefix, ...(name === undefined ? [] : [name]), ...suffix];
  const second = parts[1] ?? parts[0];
  if (second === undefined) return source.lineAt(pos);
  const isWord = second.type === "Word" || second.type === "Assignment";
  return source.lineAt(isWord ? second.end - 1 : second.pos);
}

/** A command with aliases replaced, and those that must not be replaced in it again. */
interface Aliased {
  readonly source: Source;
  readonly inUse: ReadonlySet<string>;
}

/**
 * The command with its first word replaced, when that word is an alias; and the words after it, as long as the text before
 * them ends in a blank.
 */
function aliasedSource(shell: Shell, { name, prefix, pos, end }: Command): Aliased | undefined {
  if (shell.readAliases.size === 0 || name === undefined || prefix.length > 0) return undefined;
  const expands =
    shell.dialect === "dash" || shell.interactive || shell.options.shopt("expand_aliases");
  const text = shell.readAliases.get(name.text);
  if (!expands || text === undefined || shell.aliasesInUse.has(name.text)) return undefined;
  const inUse = new Set([...shell.aliasesInUse, name.text]);
  let whole = text;
  let rest = shell.source.text.slice(name.end, end);
  while (/\s$/.test(whole)) {
    const [, blanks = "", word = ""] =
      /^(\s*)([^\s;&|()<>$`'"\\]+)(?=[\s;&|()<>]|$)/.exec(rest) ?? [];
    const next = shell.readAliases.get(word);
    if (next === undefined) break;
    whole += blanks + next;
    rest = rest.slice(blanks.length + word.length);
  }
  const line = shell.source.lineAt(pos);
  return { source: new Source(whole + rest, shell.source.file, line), inUse };
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
    if (shell.options.xtrace) yield* traceLine(shell, tracedWords(shell, argv));
    if (!(yield* redirectFor(shell, node, saved, argv))) return shell.dialect === "dash" ? 2 : 1;
    shell.lastArgument = argv[argv.length - 1] ?? "";
    if (inPlace && shell.traps.size === 0) {
      // nobody comes back to the old descriptors, and a pipe's end that stays open would hide its end
      keep(saved);
      return yield* runInPlace(shell, argv);
    }
    const child = yield* startExternal(shell, argv);
    if (typeof child === "number") return child;
    // the redirections are the child's: what is said of its end goes where the shell's errors go
    restore(shell, saved);
    const [status = 0] = yield* waitInForeground(shell, [child], () => [shownNode(shell, node)]);
    if (child.endedBy !== 0) yield* reportDeath(shell, child, shownNode(shell, node));
    return status;
  });
}
