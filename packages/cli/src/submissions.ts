/**
 * Reading what people handed in: a folder with a file for each machine, or one file. They are strangers' files: links are
 * refused, since they could lead to somebody else's work, and so is what is no file or too long.
 */
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { basename, extname, join, resolve } from "node:path";
import { SubmissionError, type SubmittedFile } from "@lvsim/scenarios";
import { UsageError, unreadable } from "./usage-error.ts";

const OCTETS_MAX = 1 << 18;
const FILES_MAX = 64;
const SCRIPT = ".sh";

/** The files of a submission. Throws `SubmissionError`. */
export function readSubmitted(path: string): SubmittedFile[] {
  try {
    const stat = lstatSync(path);
    if (!stat.isDirectory()) return [readOne(path)];
    const names = readdirSync(path)
      .filter((name) => name.endsWith(SCRIPT))
      .sort();
    if (names.length > FILES_MAX)
      throw new SubmissionError(`it has ${names.length} scripts, at most ${FILES_MAX} are read`);
    return names.map((name) => readOne(join(path, name)));
  } catch (error) {
    if (error instanceof SubmissionError) throw error;
    const told = unreadable(path, error);
    throw new SubmissionError(told.message);
  }
}

function readOne(path: string): SubmittedFile {
  const name = basename(path);
  const stat = lstatSync(path);
  if (stat.isSymbolicLink())
    throw new SubmissionError(`${name} is a link; the file itself is wanted`);
  if (!stat.isFile()) throw new SubmissionError(`${name} is no file`);
  if (stat.size > OCTETS_MAX)
    throw new SubmissionError(`${name} has ${stat.size} octets, at most ${OCTETS_MAX} are read`);
  return { name, text: new TextDecoder().decode(readFileSync(path)) };
}

/** Who handed it in, by the name of the folder or file: `alice` of `hand-ins/alice.txt`. */
export function submitterOf(path: string): string {
  const name = basename(resolve(path));
  return basename(name, extname(name)) || name;
}

/** Refuses two submissions of one name where names are people. */
export function assertApart(paths: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const path of paths) {
    const name = submitterOf(path);
    const other = seen.get(name);
    if (other !== undefined)
      throw new UsageError(
        `${other} and ${path} are both of "${name}"; --individual needs one each`,
      );
    seen.set(name, path);
  }
}
