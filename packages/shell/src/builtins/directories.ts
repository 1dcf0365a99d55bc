/** `cd` and `pwd`. */
import { FileError, fileErrorText } from "../process/errno.ts";
import type { Builtin, Run, Shell } from "../shell/shell.ts";
import { canonical } from "../vfs/canonical.ts";
import { normalise } from "../vfs/path.ts";
import { badOption, simpleOptions } from "./usage.ts";

/** Changes the directory, to where its links lead when `physical`; an errno when that fails. */
export function changeDirectory(shell: Shell, path: string, physical = false): number {
  const { files } = shell.kernel;
  const logical = normalise(path, shell.process.cwd);
  const target = physical
    ? canonical(files, path, shell.process.cwd, shell.process, "all")
    : logical;
  if (typeof target === "number") return target;
  const node = files.resolve(target, "/", true, shell.process);
  if (typeof node === "number") return node;
  if (node.kind !== "directory") return FileError.ENOTDIR;
  // POSIX lets exactly two slashes mean something else, and bash keeps them
  const isDouble = /^\/\/(?!\/)/.test(path) && shell.dialect === "bash";
  shell.variables.set("OLDPWD", shell.process.cwd);
  shell.process.cwd = isDouble ? `/${target}` : target;
  shell.variables.set("PWD", shell.process.cwd);
  return 0;
}

/** What is said of the present directory when somebody removed it. */
const GONE =
  "error retrieving current directory: getcwd: cannot access parent directories: No such file or directory";

export const cd: Builtin = function* (shell, argv) {
  const { letters, operands, bad } = simpleOptions(argv, "LPe@");
  if (bad !== null) return yield* badOption(shell, "cd", bad);
  if (operands.length > 1 && shell.dialect === "bash") {
    yield* shell.complain("cd: too many arguments");
    return 1;
  }
  let [path] = operands;
  if (path === undefined) path = shell.variables.get("HOME");
  if (path === undefined) return yield* notSet(shell, "HOME");
  const isBack = path === "-";
  if (isBack) path = shell.variables.get("OLDPWD");
  if (path === undefined) return yield* notSet(shell, "OLDPWD");
  if (path === "") return 0;
  const found = alongCdpath(shell, path);
  const errno = changeDirectory(shell, found ?? path, isPhysical(shell, letters));
  if (errno !== 0 && path === "." && shell.dialect === "bash") {
    yield* shell.err(`cd: ${GONE}\n`);
    return 0;
  }
  if (errno !== 0) {
    const isDash = shell.dialect === "dash";
    yield* shell.complain(
      isDash ? `cd: can't cd to ${path}` : `cd: ${path}: ${fileErrorText(errno)}`,
    );
    return isDash ? 2 : 1;
  }
  if (isBack || found !== undefined) yield* shell.out(`${shell.process.cwd}\n`, "cd");
  return 0;
};

/** Whether -P was given, or is what the shell does; -L comes last in what people write. */
const isPhysical = (shell: Shell, letters: ReadonlySet<string>): boolean =>
  letters.has("P") || (shell.options.has("physical") && !letters.has("L"));

function* notSet(shell: Shell, name: string): Run {
  yield* shell.complain(`cd: ${name} not set`);
  return 1;
}

/** A directory of CDPATH that holds a relative path. */
function alongCdpath(shell: Shell, path: string): string | undefined {
  const folders = shell.variables.get("CDPATH");
  if (folders === undefined || /^\.{0,2}\//.test(path) || path === "." || path === "..")
    return undefined;
  return folders
    .split(":")
    .filter((folder) => folder !== "" && folder !== ".")
    .map((folder) => `${folder}/${path}`)
    .find((candidate) => {
      const node = shell.kernel.files.resolve(candidate, shell.process.cwd);
      return typeof node !== "number" && node.kind === "directory";
    });
}

export const pwd: Builtin = function* (shell, argv) {
  const { letters, bad } = simpleOptions(argv, "LP");
  if (bad !== null) return yield* badOption(shell, "pwd", bad);
  const { cwd } = shell.process;
  const path = isPhysical(shell, letters)
    ? canonical(shell.kernel.files, cwd, "/", shell.process, "all")
    : cwd;
  yield* shell.out(`${typeof path === "number" ? cwd : path}\n`, "pwd");
  return 0;
};
