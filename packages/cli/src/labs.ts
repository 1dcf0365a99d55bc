/** Finding the lab that a command names: one of the library, or a file. */
import { readFileSync } from "node:fs";
import {
  type LabDefinition,
  LabFileError,
  type LabFiles,
  labNames,
  libraryLab,
  readLab,
  topologyText,
} from "@lvsim/scenarios";
import { didYouMean } from "./suggest.ts";
import { UsageError, unreadable } from "./usage-error.ts";

/** What looks like a path is a file: `./x`, `x.yml`, `dir/x`. */
const isPath = (name: string): boolean => name.includes("/") || /\.ya?ml$/.test(name);

/** The lab, as it stands or as one of its variants. */
export function findLab(name: string, variant?: string): LabDefinition {
  if (isPath(name)) return saidWell(() => readLab(textOf(name), name, { files: FILES, variant }));
  const found = saidWell(() => libraryLab(name, variant));
  if (found !== undefined) return found;
  const known = labNames();
  throw new UsageError(
    `no scenario "${name}"${didYouMean(name, known)} (lvsim list shows ${known.length})`,
  );
}

/** Fragments that a file of one's own includes. */
const FILES: LabFiles = {
  read: (path) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  },
  topology: topologyText,
};

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, error);
  }
}

function saidWell<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof LabFileError)) throw error;
    const [first = "", ...more] = error.message.split("\n");
    throw new UsageError(more.length === 0 ? first : `${first} (and ${more.length} more faults)`);
  }
}
