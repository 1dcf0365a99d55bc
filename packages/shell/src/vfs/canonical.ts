/** A path freed of links, `.` and `..`, as realpath(3) does it. */
import { FileError } from "../process/errno.ts";
import type { Process } from "../process/process.ts";
import type { FileSystem } from "./file-system.ts";

const LINKS_MAX = 40;

/** How much of a path must be there. */
export type Existing = "all" | "all-but-last" | "none";

/** The path without links, from the root; an errno. */
export function canonical(
  files: FileSystem,
  path: string,
  cwd: string,
  process: Process,
  existing: Existing,
): string | number {
  let done = "";
  let links = 0;
  let rest = (path.startsWith("/") ? path : `${cwd}/${path}`).split("/");
  while (rest.length > 0) {
    const [part = "", ...after] = rest;
    rest = after;
    if (part === "" || part === ".") continue;
    if (part === "..") {
      done = done.slice(0, Math.max(0, done.lastIndexOf("/")));
      continue;
    }
    const next = `${done}/${part}`;
    const node = files.resolve(next, "/", false, process);
    if (typeof node !== "number" && node.kind === "link") {
      if (++links > LINKS_MAX) return FileError.ELOOP;
      rest = [...node.target.split("/"), ...rest];
      if (node.target.startsWith("/")) done = "";
      continue;
    }
    const isLast = rest.every((word) => word === "");
    if (typeof node === "number" && existing !== "none" && !(existing === "all-but-last" && isLast))
      return node;
    if (typeof node !== "number" && node.kind !== "directory" && !isLast && existing !== "none")
      return FileError.ENOTDIR;
    done = next;
  }
  return done === "" ? "/" : done;
}
