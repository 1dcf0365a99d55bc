/** Where a command name leads: PATH of the shell, a path with a slash, and what makes a file executable. */
import { type Command, CommandContext } from "../command.ts";
import {
  executableAt as executableOf,
  INTERPRETERS_MAX,
  interpreterOf,
  pathsAlong,
} from "../kernel/executable.ts";
import { FileError } from "../process/errno.ts";
import type { Process } from "../process/process.ts";
import type { Run, Shell } from "../shell/shell.ts";
import { Source } from "../shell/source.ts";
import type { RegularFile } from "../vfs/node.ts";

/** A file that can be executed, or why not: ENOENT, EACCES or EISDIR. */
export const executableAt = (shell: Shell, path: string): RegularFile | number =>
  executableOf(shell.kernel, shell.process, path);

/** The paths at which `name` is found along PATH, the first one first. */
export function pathsOf(shell: Shell, name: string): string[] {
  const paths = pathsAlong(shell.variables.get("PATH"), name);
  return Array.from(new Set(paths)).filter((path) => typeof executableAt(shell, path) !== "number");
}

/** The path that running `name` would use; undefined when there is none. A file that cannot be executed counts last. */
export function findCommand(shell: Shell, name: string): string | undefined {
  if (name === "") return undefined;
  if (name.includes("/")) return name;
  let refused: string | undefined;
  for (const path of pathsAlong(shell.variables.get("PATH"), name)) {
    const file = executableAt(shell, path);
    if (typeof file !== "number") return path;
    if (file === FileError.EACCES) refused ??= path;
  }
  return refused;
}

/**
 * What executing `path` comes to: a program with its words, or a script without a first line `#!`, which the shell runs
 * itself. An errno when it cannot be executed.
 */
export function programAt(
  shell: Shell,
  path: string,
  argv: readonly string[],
):
  | { readonly command: Command; readonly argv: readonly string[] }
  | { readonly script: string }
  | number {
  let words = argv;
  let at = path;
  for (let i = 0; i < INTERPRETERS_MAX; i++) {
    const node = executableAt(shell, at);
    if (typeof node === "number") return node;
    if (node.program !== null) return { command: node.program as Command, argv: words };
    const interpreter = interpreterOf(node.content);
    if (interpreter === undefined) return { script: node.content };
    words = [...interpreter, at, ...words.slice(1)];
    at = interpreter[0] as string;
  }
  return FileError.ELOOP;
}

/** execve in `process`, which `shell` runs in: the program goes on until it ends. */
export function* runProgram(
  shell: Shell,
  process: Process,
  path: string,
  argv: readonly string[],
): Run {
  const program = programAt(shell, path, argv);
  if (typeof program === "number") return program === FileError.ENOENT ? 127 : 126;
  process.trapped.clear();
  process.argv = argv;
  const { kernel } = shell;
  const wait = kernel.step(process, kernel.costs.command);
  if (wait !== null) yield wait;
  if ("command" in program) {
    process.argv = program.argv;
    return yield* program.command.run(new CommandContext(program.argv, process, kernel));
  }
  const script = shell.fork(process);
  script.subshellDepth = 0;
  script.frames = [];
  script.fromCommandLine = false;
  script.name = path;
  script.scriptFile = path;
  script.positional = argv.slice(1);
  script.functions.clear();
  script.conditionDepth = 0;
  script.loopDepth = 0;
  script.shellPid = process.pid;
  return yield* shell.executor.main(
    script,
    shell.executor.run(script, new Source(program.script, path), ""),
  );
}
