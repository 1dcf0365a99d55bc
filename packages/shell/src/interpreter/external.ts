/** Programs: found along PATH, run in a child process or in place of the shell. */
import { printFunction, printNode } from "../expansions/print-node.ts";
import { printable } from "../expansions/transform.ts";
import { FileError, fileErrorText } from "../process/errno.ts";
import type { Process } from "../process/process.ts";
import type { Wait } from "../process/wait.ts";
import { Exit } from "../shell/control.ts";
import type { AnyNode, Run, Shell } from "../shell/shell.ts";
import { executableAt, findCommand, programAt, runProgram } from "./find-command.ts";
import { reportDeath, waitInForeground } from "./wait-for.ts";

/** Characters of a command's text that a trace keeps. */
const ORIGIN_MAX = 200;

/** Starts a program; its status at once when it cannot be started, after a message. */
export function* startExternal(
  shell: Shell,
  argv: readonly string[],
): Generator<Wait, Process | number, void> {
  const path = yield* executablePath(shell, argv[0] ?? "");
  if (typeof path === "number") return path;
  const child = shell.kernel.spawn(
    {
      parent: shell.process,
      argv,
      origin: originOfProgram(shell, argv),
      descriptors: shell.process.descriptors.copy(),
      environment: programEnvironment(shell, path),
      newGroup: shell.jobControl,
    },
    (process) => runProgram(shell, process, path, argv),
  );
  if (child !== null) return child;
  yield* shell.complain("fork: Resource temporarily unavailable");
  throw new Exit(254);
}

/** Runs a program in a child and waits for it. */
export function* runExternal(shell: Shell, argv: readonly string[], text: string): Run {
  const child = yield* startExternal(shell, argv);
  if (typeof child === "number") return child;
  const [status = 0] = yield* waitInForeground(shell, [child], () => [text]);
  yield* reportDeath(shell, child, text);
  return status;
}

/** Lets a program take the place of the shell, which has nothing else to do. */
export function* runInPlace(shell: Shell, argv: readonly string[]): Run {
  const path = yield* executablePath(shell, argv[0] ?? "");
  if (typeof path === "number") return path;
  shell.process.environment = programEnvironment(shell, path);
  shell.process.origin = originOfProgram(shell, argv);
  return yield* runProgram(shell, shell.process, path, argv);
}

/** `exec`: comes back, by ending the shell, only when the program cannot be run. `shown` is its argv[0]. */
export function* replaceShell(shell: Shell, argv: readonly string[], shown: string | null): Run {
  const [name = ""] = argv;
  const path = findCommand(shell, name);
  const file = path === undefined ? FileError.ENOENT : executableAt(shell, path);
  if (path === undefined || typeof file === "number") {
    const isMissing = file === FileError.ENOENT;
    const why = isMissing ? "not found" : `cannot execute: ${fileErrorText(file as number)}`;
    yield* shell.complain(`exec: ${name}: ${why}`);
    throw new Exit(isMissing ? 127 : 126);
  }
  shell.process.environment = programEnvironment(shell, path);
  shell.process.origin = originOfProgram(shell, argv);
  shell.traps.clear();
  const words = shown === null ? argv : [shown, ...argv.slice(1)];
  throw new Exit(yield* runProgram(shell, shell.process, path, words));
}

/** The path that a name leads to; a status after a message when nothing there can be executed. */
function* executablePath(shell: Shell, name: string): Generator<Wait, string | number, void> {
  const path = findCommand(shell, name);
  if (path === undefined) {
    const shown = printable(name, shell.isAsciiLocale());
    yield* shell.complain(
      shell.dialect === "dash" ? `${name}: not found` : `${shown}: command not found`,
    );
    return 127;
  }
  const file = executableAt(shell, path);
  if (typeof file === "number") {
    yield* shell.complain(`${path}: ${refusal(shell, file)}`);
    return file === FileError.ENOENT ? 127 : 126;
  }
  if (programAt(shell, path, [name]) === FileError.ENOENT) {
    yield* shell.complain(
      shell.dialect === "dash"
        ? `${path}: not found`
        : `${path}: cannot execute: required file not found`,
    );
    return 127;
  }
  if (!name.includes("/")) shell.hashed.set(name, path);
  return path;
}

function refusal(shell: Shell, errno: number): string {
  if (shell.dialect !== "dash") return fileErrorText(errno);
  if (errno === FileError.ENOENT) return "not found";
  return errno === FileError.EISDIR ? "Permission denied" : fileErrorText(errno);
}

const originOfProgram = (shell: Shell, argv: readonly string[]) => ({
  command: argv.join(" ").slice(0, ORIGIN_MAX),
  file: shell.source.file,
  line: shell.line,
});

function programEnvironment(shell: Shell, path: string): Map<string, string> {
  const environment = shell.variables.environment();
  environment.set("_", path);
  for (const name of shell.exportedFunctions) {
    const body = shell.functions.get(name);
    if (body === undefined) continue;
    environment.set(
      `BASH_FUNC_${name}%%`,
      printFunction(body.name, body.body, body.source.text).slice(name.length + 1),
    );
  }
  return environment;
}

/** A node as bash shows it in its messages. */
export const shownNode = (shell: Shell, node: AnyNode): string =>
  printNode(node, shell.source.text);
