/** Where a command name leads: PATH of the shell, a path with a slash, and what makes a file executable. */
import { type Command, CommandContext } from "../command.ts";
import { FileError } from "../process/errno.ts";
import type { Process } from "../process/process.ts";
import type { Run, Shell } from "../shell/shell.ts";
import { Source } from "../shell/source.ts";
import type { RegularFile } from "../vfs/node.ts";

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A file that can be executed, or why not: ENOENT, EACCES or EISDIR. */
export function executableAt(shell: Shell, path: string): RegularFile | number {
  const node = shell.kernel.files.resolve(path, shell.process.cwd, true, shell.process);
  if (typeof node === "number") return node;
  if (node.kind === "directory") return FileError.EISDIR;
  return node.kind === "file" && (node.mode & 0o111) !== 0 ? node : FileError.EACCES;
}

/** The paths at which `name` is found along PATH, the first one first. */
export function pathsOf(shell: Shell, name: string): string[] {
  const folders = (shell.variables.get("PATH") ?? DEFAULT_PATH).split(":");
  const paths = folders.map((folder) => `${folder === "" ? "." : folder}/${name}`);
  return Array.from(new Set(paths)).filter((path) => typeof executableAt(shell, path) !== "number");
}

/** The path that running `name` would use; undefined when there is none. A file that cannot be executed counts last. */
export function findCommand(shell: Shell, name: string): string | undefined {
  if (name === "") return undefined;
  if (name.includes("/")) return name;
  const [found] = pathsOf(shell, name);
  if (found !== undefined) return found;
  const folders = (shell.variables.get("PATH") ?? DEFAULT_PATH).split(":");
  return folders
    .map((folder) => `${folder}/${name}`)
    .find((path) => executableAt(shell, path) === FileError.EACCES);
}

const INTERPRETERS_MAX = 4;

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
    const first = /^#![ \t]*([^ \t\n]+)[ \t]*([^\n]*)/.exec(node.content);
    if (first === null) return { script: node.content };
    const argument = (first[2] as string).trim();
    words = [first[1] as string, ...(argument === "" ? [] : [argument]), at, ...words.slice(1)];
    at = first[1] as string;
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
