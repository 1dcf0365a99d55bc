/** Folders of files: read whole and written whole, within bounds. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UsageError, unreadable, unwritable } from "./usage-error.ts";

/** As `mkdir -p`. Not by node's `recursive`, which never comes back from a folder such as /proc. */
export function makeFolder(path: string): void {
  if (!existsSync(path)) {
    const parent = dirname(resolve(path));
    if (parent !== resolve(path)) makeFolder(parent);
    mkdirSync(path);
  }
  // says that a file is no folder
  readdirSync(path);
}

const FILES_MAX = 20_000;
const OCTETS_MAX = 512 * 1024 * 1024;
const DEPTH_MAX = 4;

/** Every file below `folder` by its path in it. */
export function readFolder(folder: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let octets = 0;
  const visit = (path: string, depth: number): void => {
    for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
      const inner = path === "" ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory() && depth < DEPTH_MAX) visit(inner, depth + 1);
      // nothing that reading would wait for
      if (!entry.isFile()) continue;
      octets += statSync(join(folder, inner)).size;
      if (files.size >= FILES_MAX || octets > OCTETS_MAX)
        throw new UsageError(`${folder} is too large for a recording`);
      files.set(inner, readFileSync(join(folder, inner)));
    }
  };
  try {
    visit("", 1);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw unreadable(folder, error);
  }
  return files;
}

/** Writes files by their paths into a folder that is made where it is missing; one with something in it is refused. */
export function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  try {
    makeFolder(folder);
    if (readdirSync(folder).length > 0) throw new UsageError(`${folder} is not empty`);
    for (const [path, octets] of files) {
      makeFolder(dirname(join(folder, path)));
      writeFileSync(join(folder, path), octets);
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw unwritable(folder, error);
  }
}
