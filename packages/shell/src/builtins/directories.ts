/** `cd`, `pwd`, `pushd`, `popd` and `dirs`. */
import { FileError, fileErrorText } from "../process/errno.ts";
import type { Builtin, Run, Shell } from "../shell/shell.ts";
import { normalise } from "../vfs/path.ts";
import { badOption, simpleOptions } from "./usage.ts";

/** Changes the directory; an errno when that fails. */
function change(shell: Shell, path: string): number {
  const target = normalise(path, shell.process.cwd);
  const node = shell.kernel.files.resolve(target, "/", true, shell.process);
  if (typeof node === "number") return node;
  if (node.kind !== "directory") return FileError.ENOTDIR;
  // POSIX lets exactly two slashes mean something else, and bash keeps them
  const isDouble = /^\/\/(?!\/)/.test(path) && shell.dialect === "bash";
  shell.variables.set("OLDPWD", shell.process.cwd);
  shell.process.cwd = isDouble ? `/${target}` : target;
  shell.variables.set("PWD", shell.process.cwd);
  return 0;
}

export const cd: Builtin = function* (shell, argv) {
  const { operands, bad } = simpleOptions(argv, "LPe@");
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
  const errno = change(shell, found ?? path);
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
  const { bad } = simpleOptions(argv, "LP");
  if (bad !== null) return yield* badOption(shell, "pwd", bad);
  yield* shell.out(`${shell.process.cwd}\n`, "pwd");
  return 0;
};

const shown = (shell: Shell, path: string): string => {
  const home = shell.variables.get("HOME") ?? "";
  return home !== "" && (path === home || path.startsWith(`${home}/`))
    ? `~${path.slice(home.length)}`
    : path;
};

function* list(shell: Shell): Run {
  yield* shell.out(
    `${[shell.process.cwd, ...shell.directoryStack].map((path) => shown(shell, path)).join(" ")}\n`,
    "dirs",
  );
  return 0;
}

export const dirs: Builtin = function* (shell, argv) {
  const { letters, bad } = simpleOptions(argv, "clpv");
  if (bad !== null) return yield* badOption(shell, "dirs", bad);
  if (letters.has("c")) {
    shell.directoryStack = [];
    return 0;
  }
  const paths = [shell.process.cwd, ...shell.directoryStack].map((path) =>
    letters.has("l") ? path : shown(shell, path),
  );
  if (letters.has("v"))
    yield* shell.out(
      paths.map((path, i) => `${String(i).padStart(2)}  ${path}\n`).join(""),
      "dirs",
    );
  else if (letters.has("p")) yield* shell.out(paths.map((path) => `${path}\n`).join(""), "dirs");
  else yield* shell.out(`${paths.join(" ")}\n`, "dirs");
  return 0;
};

export const pushd: Builtin = function* (shell, argv) {
  const [, word] = argv;
  const here = shell.process.cwd;
  const stack = [here, ...shell.directoryStack];
  const rotation = /^([+-])(\d+)$/.exec(word ?? (stack.length > 1 ? "+1" : ""));
  if (word === undefined && rotation === null) {
    yield* shell.complain("pushd: no other directory");
    return 1;
  }
  if (rotation !== null) {
    const count = Number(rotation[2]);
    const at = rotation[1] === "+" ? count : stack.length - 1 - count;
    if (at < 0 || at >= stack.length) {
      yield* shell.complain(`pushd: ${word ?? ""}: directory stack index out of range`);
      return 1;
    }
    const turned =
      word === undefined
        ? [stack[1] as string, here, ...stack.slice(2)]
        : [...stack.slice(at), ...stack.slice(0, at)];
    change(shell, turned[0] as string);
    shell.directoryStack = turned.slice(1);
    return yield* list(shell);
  }
  const errno = change(shell, word as string);
  if (errno !== 0) {
    yield* shell.complain(`pushd: ${word}: ${fileErrorText(errno)}`);
    return 1;
  }
  shell.directoryStack = stack;
  return yield* list(shell);
};

export const popd: Builtin = function* (shell) {
  const [top, ...rest] = shell.directoryStack;
  if (top === undefined) {
    yield* shell.complain("popd: directory stack empty");
    return 1;
  }
  change(shell, top);
  shell.directoryStack = rest;
  return yield* list(shell);
};
