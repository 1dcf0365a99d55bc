/**
 * execve(2) and the search of PATH, for programs that run others (env, timeout, xargs, nohup, `ip netns exec`): the new
 * program goes on in the same process. Scripts run through the interpreter of their first line, or through /bin/sh.
 */
import { type Command, CommandContext } from "../../command.ts";
import {
  executableAt,
  INTERPRETERS_MAX,
  interpreterOf,
  pathsAlong,
} from "../../kernel/executable.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { FileError } from "../../process/errno.ts";
import type { Process } from "../../process/process.ts";
import type { Wait } from "../../process/wait.ts";
import type { RegularFile } from "../../vfs/node.ts";

/** A program that may be run, with the words that it gets. */
export interface Executable {
  readonly command: Command;
  readonly argv: readonly string[];
}

/**
 * Where a name leads, or an errno: ENOENT, or EACCES when the only file found cannot be executed. A name with a slash is
 * a path.
 */
export function findProgram(
  kernel: Kernel,
  process: Process,
  name: string,
): { readonly path: string; readonly node: RegularFile } | number {
  if (name.includes("/")) {
    const node = executable(kernel, process, name);
    return typeof node === "number" ? node : { path: name, node };
  }
  let errno: number = FileError.ENOENT;
  if (name === "") return errno;
  for (const path of pathsAlong(process.environment.get("PATH"), name)) {
    const node = executable(kernel, process, path);
    if (typeof node !== "number") return { path, node };
    if (node === FileError.EACCES) errno = node;
  }
  return errno;
}

/** To execve a directory is as forbidden as a file without the mode bit. */
function executable(kernel: Kernel, process: Process, path: string): RegularFile | number {
  const node = executableAt(kernel, process, path);
  return node === FileError.EISDIR ? FileError.EACCES : node;
}

/** What running `argv` comes to, with scripts resolved to their interpreters; an errno when it cannot be run. */
export function prepare(
  kernel: Kernel,
  process: Process,
  argv: readonly string[],
): Executable | number {
  let words = argv;
  for (let i = 0; i < INTERPRETERS_MAX; i++) {
    const found = findProgram(kernel, process, words[0] ?? "");
    if (typeof found === "number") return found;
    if (found.node.program !== null) return { command: found.node.program as Command, argv: words };
    const interpreter = interpreterOf(found.node.content) ?? ["/bin/sh"];
    words = [...interpreter, found.path, ...words.slice(1)];
  }
  return FileError.ELOOP;
}

/** Runs a program in the process that calls it, to its end: what follows an execve. */
export function* execute(
  kernel: Kernel,
  process: Process,
  { command, argv }: Executable,
): Generator<Wait, number, void> {
  process.trapped.clear();
  process.argv = argv;
  process.origin = { ...process.origin, command: argv.join(" ") };
  const wait = kernel.step(process, kernel.costs.command);
  if (wait !== null) yield wait;
  return yield* command.run(new CommandContext(argv, process, kernel));
}
