/** Conditions on files, strings and numbers: the primaries of `test`, `[` and `[[`. */
import type { Shell } from "../shell/shell.ts";
import type { Node } from "../vfs/node.ts";

const lookup = (shell: Shell, path: string, follow = true): Node | undefined => {
  if (path === "") return undefined;
  const node = shell.kernel.files.resolve(path, shell.process.cwd, follow, shell.process);
  return typeof node === "number" ? undefined : node;
};

export const UNARY_OPERATORS = new Set(
  "abcdefghknoprstuvwxzGLNORS".split("").map((letter) => `-${letter}`),
);
export const BINARY_OPERATORS = new Set([
  ..."= == != < > =~".split(" "),
  ..."-eq -ne -lt -le -gt -ge -nt -ot -ef".split(" "),
]);

/** A unary primary on an expanded operand. */
export function testUnary(shell: Shell, operator: string, operand: string): boolean {
  switch (operator) {
    case "-n":
      return operand !== "";
    case "-z":
      return operand === "";
    case "-t":
      return shell.process.descriptors.get(Number(operand))?.isTerminal === true;
    case "-v":
      return isSet(shell, operand);
    case "-R":
      return shell.variables.lookup(operand)?.attributes.reference === true;
    case "-o":
      return shell.options.has(operand);
    default:
      return testFile(lookup(shell, operand, operator !== "-h" && operator !== "-L"), operator);
  }
}

function isSet(shell: Shell, operand: string): boolean {
  const found = /^(\w+)(?:\[(.*)\])?$/s.exec(operand);
  if (found === null) return false;
  const [, name = "", index] = found;
  if (index === undefined) return shell.variables.get(name) !== undefined;
  const variable = shell.variables.find(name);
  if (index === "@" || index === "*") return (variable?.keys().length ?? 0) > 0;
  return variable?.element(variable.kind === "associative" ? index : Number(index)) !== undefined;
}

function testFile(node: Node | undefined, operator: string): boolean {
  if (node === undefined) return false;
  switch (operator) {
    case "-f":
      return node.kind === "file" || node.kind === "synthetic";
    case "-d":
      return node.kind === "directory";
    case "-h":
    case "-L":
      return node.kind === "link";
    case "-c":
      return node.kind === "device";
    case "-s":
      return node.kind === "file"
        ? node.content !== "" || node.program !== null
        : node.kind === "directory";
    case "-x":
      return node.kind === "directory" || (node.mode & 0o111) !== 0;
    case "-r":
    case "-e":
    case "-a":
    case "-O":
    case "-G":
      return true;
    case "-w":
      return node.kind !== "synthetic" || (node.mode & 0o222) !== 0;
    case "-u":
      return (node.mode & 0o4000) !== 0;
    case "-g":
      return (node.mode & 0o2000) !== 0;
    case "-k":
      return (node.mode & 0o1000) !== 0;
    default:
      return false; // -b -p -S -N: there are no such files
  }
}

const COMPARISONS: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  "-eq": (a, b) => a === b,
  "-ne": (a, b) => a !== b,
  "-lt": (a, b) => a < b,
  "-le": (a, b) => a <= b,
  "-gt": (a, b) => a > b,
  "-ge": (a, b) => a >= b,
};

/** A comparison of numbers; undefined when `operator` is none. */
export const numberComparison = (
  operator: string,
): ((a: bigint, b: bigint) => boolean) | undefined => COMPARISONS[operator];

/** A comparison of files or of strings by their order. */
export function testBinary(shell: Shell, operator: string, left: string, right: string): boolean {
  switch (operator) {
    case "=":
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return left < right;
    case ">":
      return left > right;
    default:
      return compareFiles(lookup(shell, left), operator, lookup(shell, right));
  }
}

function compareFiles(a: Node | undefined, operator: string, b: Node | undefined): boolean {
  if (operator === "-ef") return a !== undefined && a === b;
  if (operator === "-nt") return a !== undefined && (b === undefined || a.modified > b.modified);
  return b !== undefined && (a === undefined || a.modified < b.modified);
}
