/** Reading a text that somebody wrote: a regular file of bounded size, in UTF-8. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { LabFileError } from "@lvsim/scenarios";
import { UsageError, unreadable } from "./usage-error.ts";

/** Octets that are read. A lab has fewer characters, which is said where it is read. */
const OCTETS_MAX = 1 << 20;
/** What a shell's <(…) and a dash stand for: these may be pipes. */
const STREAM = /^\/(?:dev\/(?:fd\/\d+|stdin)|proc\/self\/fd\/\d+)$/;

/** Throws `UsageError`, or `LabFileError` with the place of what is no text. */
export function readText(path: string): string {
  try {
    return decoded(octetsOf(path), path);
  } catch (error) {
    if (error instanceof UsageError || error instanceof LabFileError) throw error;
    throw unreadable(path, error);
  }
}

function octetsOf(path: string): Uint8Array {
  const entry = statSync(path);
  // a device has no end, and a pipe waits for whoever writes
  if (!entry.isFile() && !entry.isDirectory() && !STREAM.test(path))
    throw new UsageError(`cannot read ${path}: it is no regular file`);
  const descriptor = openSync(path, "r");
  try {
    const octets = new Uint8Array(OCTETS_MAX + 1);
    let length = 0;
    while (length < octets.length) {
      const count = readSync(descriptor, octets, length, octets.length - length, null);
      if (count === 0) break;
      length += count;
    }
    if (length > OCTETS_MAX)
      throw new LabFileError(
        `${path}:1:1: the file has more than ${OCTETS_MAX} octets; split it with include`,
      );
    return octets.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

/** The text without a byte order mark. */
function decoded(octets: Uint8Array, path: string): string {
  if ((octets[0] === 0xff && octets[1] === 0xfe) || (octets[0] === 0xfe && octets[1] === 0xff))
    throw new LabFileError(`${path}:1:1: the file is UTF-16; save it as UTF-8`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    const { line, column, octet } = firstBad(octets);
    throw new LabFileError(
      `${path}:${line}:${column}: the octet ${octet} is not UTF-8; save the file as UTF-8`,
    );
  }
}

/** Where octets stop being UTF-8: the first that decodes to a mark and is none. */
function firstBad(octets: Uint8Array): { line: number; column: number; octet: string } {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const encoder = new TextEncoder();
  let at = 0;
  let line = 1;
  let column = 1;
  for (const character of decoder.decode(octets)) {
    const length = encoder.encode(character).length;
    if (character === "\ufffd" && octets[at] !== 0xef) break;
    at += length;
    if (character === "\n") [line, column] = [line + 1, 1];
    else column += character.length;
  }
  return { line, column, octet: (octets[at] ?? 0).toString(16).padStart(2, "0") };
}
