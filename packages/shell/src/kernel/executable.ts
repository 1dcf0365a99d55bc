/** What execve(2) and those who look along PATH need to know of a file. */
import { FileError } from "../process/errno.ts";
import type { Process } from "../process/process.ts";
import type { RegularFile } from "../vfs/node.ts";
import type { Kernel } from "./kernel.ts";

/** The PATH of root's processes, and of those without one. */
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** How often a script may be run by a script (BINPRM_MAX_RECURSION), before ELOOP. */
export const INTERPRETERS_MAX = 4;

/** The file at `path` that `process` can execute, or why not: ENOENT, EACCES or, for a directory, EISDIR. */
export function executableAt(kernel: Kernel, process: Process, path: string): RegularFile | number {
  const node = kernel.files.resolve(path, process.cwd, true, process);
  if (typeof node === "number") return node;
  if (node.kind === "directory") return FileError.EISDIR;
  return node.kind === "file" && (node.mode & 0o111) !== 0 ? node : FileError.EACCES;
}

/** Where `name` could be: a path for each folder of `PATH`, an empty one being the current directory. */
export const pathsAlong = (folders: string | undefined, name: string): readonly string[] =>
  (folders ?? DEFAULT_PATH).split(":").map((folder) => `${folder === "" ? "." : folder}/${name}`);

/** The interpreter in a first line `#!…` and, as one word, what follows it; undefined without such a line. */
export function interpreterOf(content: string): readonly string[] | undefined {
  const first = /^#![ \t]*([^ \t\n]+)[ \t]*([^\n]*)/.exec(content);
  if (first === null) return undefined;
  const [, path = "", rest = ""] = first;
  return rest.trim() === "" ? [path] : [path, rest.trim()];
}
