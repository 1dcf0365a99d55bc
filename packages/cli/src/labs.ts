/** Finding the lab that a command names: one of the library, or a file. */
import { readFileSync } from "node:fs";
import { type LabDefinition, LabFileError, labNames, libraryLab, readLab } from "@lvsim/scenarios";
import { didYouMean } from "./suggest.ts";
import { UsageError, unreadable } from "./usage-error.ts";

/** What looks like a path is a file: `./x`, `x.yml`, `dir/x`. */
const isPath = (name: string): boolean => name.includes("/") || /\.ya?ml$/.test(name);

export function findLab(name: string): LabDefinition {
  if (isPath(name)) return labFile(name);
  const found = libraryLab(name);
  if (found !== undefined) return found;
  const known = labNames();
  throw new UsageError(
    `no scenario "${name}"${didYouMean(name, known)} (lvsim list shows ${known.length})`,
  );
}

function labFile(path: string): LabDefinition {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    return readLab(text, path);
  } catch (error) {
    if (!(error instanceof LabFileError)) throw error;
    const [first = "", ...more] = error.message.split("\n");
    throw new UsageError(more.length === 0 ? first : `${first} (and ${more.length} more faults)`);
  }
}
