/** Finding the lab that a command names: one of the library, or a file. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import {
  type CommandPlaces,
  commandPlaces,
  type LabDefinition,
  LabFileError,
  type LabFiles,
  labNames,
  libraryLab,
  libraryPlaces,
  readLab,
  topologyText,
} from "@lvsim/scenarios";
import { didYouMean } from "./suggest.ts";
import { readText } from "./text-file.ts";
import { UsageError } from "./usage-error.ts";

/** What looks like a path is a file: `./x`, `x.yml`, `dir/x`. */
const isPath = (name: string): boolean => name.includes("/") || /\.ya?ml$/.test(name);

/** The lab, as it stands or as one of its variants. */
export function findLab(name: string, variant?: string): LabDefinition {
  if (isPath(name))
    return saidWell(() => readLab(readText(name), name, { files: filesBeside(name), variant }));
  const found = saidWell(() => libraryLab(name, variant));
  if (found !== undefined) return found;
  const known = labNames();
  throw new UsageError(
    `no scenario "${name}"${didYouMean(name, known)} (lvsim list shows ${known.length})`,
  );
}

/** Where the commands of a lab that was found stand in its file. */
export function findPlaces(name: string, variant?: string): CommandPlaces {
  if (!isPath(name)) return libraryPlaces(name, variant);
  return saidWell(() => commandPlaces(readText(name), name, { files: filesBeside(name), variant }));
}

/** Fragments that a file of one's own includes. None leads out of its folder, by whatever link. */
function filesBeside(lab: string): LabFiles {
  const folder = dirname(resolve(lab));
  return {
    read: (path) => {
      if (!existsSync(path)) return undefined;
      if (!realpathSync(path).startsWith(`${realpathSync(folder)}${sep}`))
        throw new UsageError(`cannot read ${path}: it leads out of ${folder}`);
      return readText(path);
    },
    topology: topologyText,
  };
}

function saidWell<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof LabFileError)) throw error;
    const [first = "", ...more] = error.message.split("\n");
    throw new UsageError(more.length === 0 ? first : `${first} (and ${more.length} more)`);
  }
}
