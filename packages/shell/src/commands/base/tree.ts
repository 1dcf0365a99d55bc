/** What tools ask of the tree of files: names of a directory, sizes, types, modes in letters. */
import type { CommandContext } from "../../command.ts";
import type { Process } from "../../process/process.ts";
import { utf8Length } from "../../text/utf8.ts";
import type { Directory, Node } from "../../vfs/node.ts";

/** Names in a directory by character code, without `.` and `..`. */
export function namesIn(folder: Directory, process: Process): string[] {
  const names =
    folder.provider === null
      ? Array.from(folder.entries.keys())
      : [...folder.provider.names(process)];
  return names.sort((a, b) => (a < b ? -1 : 1));
}

/** The node called `name` in a directory. */
export const childOf = (folder: Directory, name: string, process: Process): Node | undefined =>
  folder.provider === null ? folder.entries.get(name) : folder.provider.lookup(name, process);

/** Octets as `stat` counts them. */
export function sizeOf(node: Node): number {
  if (node.kind === "file") return utf8Length(node.content);
  if (node.kind === "link") return utf8Length(node.target);
  return node.kind === "directory" && node.provider === null ? 4096 : 0;
}

/** Hard links: a directory has one from each directory in it. */
export function linksOf(node: Node): number {
  if (node.kind !== "directory") return 1;
  let count = 2;
  for (const entry of node.entries.values()) if (entry.kind === "directory") count++;
  return count;
}

const TYPE_LETTERS = { directory: "d", file: "-", link: "l", device: "c", synthetic: "-" } as const;

const bits = (mode: number, special: boolean, letter: string): string => {
  const x = (mode & 1) !== 0;
  const last = special ? (x ? letter : letter.toUpperCase()) : x ? "x" : "-";
  return `${(mode & 4) !== 0 ? "r" : "-"}${(mode & 2) !== 0 ? "w" : "-"}${last}`;
};

/** As `rwxr-xr-x`. */
export const permissionText = (mode: number): string =>
  bits(mode >> 6, (mode & 0o4000) !== 0, "s") +
  bits(mode >> 3, (mode & 0o2000) !== 0, "s") +
  bits(mode, (mode & 0o1000) !== 0, "t");

/** As `drwxr-xr-x`. */
export const modeText = (node: Node): string =>
  TYPE_LETTERS[node.kind] + permissionText(modeOf(node));

/** Permission bits; those of a link are always all. */
export const modeOf = (node: Node): number => (node.kind === "link" ? 0o777 : node.mode);

/** Paths of all plain files below `roots`, in the order of their names. `bare` leaves out the `./`. */
export function walkFiles(
  context: CommandContext,
  roots: readonly string[],
  bare: boolean,
): string[] {
  const found: string[] = [];
  const visit = (path: string, node: Node | number): void => {
    if (typeof node === "number" || node.kind !== "directory") {
      if (typeof node === "number" || node.kind === "file" || node.kind === "synthetic")
        found.push(bare && path.startsWith("./") ? path.slice(2) : path);
      return;
    }
    for (const name of namesIn(node, context.process)) {
      const child = childOf(node, name, context.process);
      if (child !== undefined) visit(path.endsWith("/") ? path + name : `${path}/${name}`, child);
    }
  };
  for (const root of roots)
    visit(root, context.machine.files.resolve(root, context.cwd, true, context.process));
  return found;
}
