/** Blocking reads and writes: the calls of a process on open files, which park until there is something to do. */
import { FileError } from "./errno.ts";
import type { OpenFile } from "./open-file.ts";
import type { Process } from "./process.ts";
import { Killed, Signal } from "./signal.ts";
import { on, type Wait } from "./wait.ts";

/** Characters that one read asks for at most. */
const READ_MAX = 65_536;

/** read(2): "" at the end of the file, a number for an errno. Goes on waiting when a trapped signal wakes it. */
export function* readSome(
  file: OpenFile,
  max: number = READ_MAX,
): Generator<Wait, string | number, void> {
  for (;;) {
    const got = file.read(max);
    if (got !== null) return got;
    yield on(file.readable);
  }
}

/**
 * Everything up to the end of the file; what came before an error when there is one. Of more than `charactersMax` the
 * rest is left unread.
 */
export function* readAll(
  file: OpenFile,
  charactersMax: number = Number.POSITIVE_INFINITY,
): Generator<Wait, string, void> {
  let text = "";
  for (;;) {
    const got = yield* readSome(file);
    if (typeof got === "number" || got === "") return text;
    text += got;
    if (text.length > charactersMax) return text;
  }
}

/** write(2) until all is written: 0, or an errno. A closed pipe ends the process by SIGPIPE unless that is ignored. */
export function* writeAll(
  process: Process,
  file: OpenFile,
  text: string,
): Generator<Wait, number, void> {
  let rest = text;
  while (rest !== "") {
    const count = file.write(rest);
    if (count < 0) {
      const fatal =
        count === -FileError.EPIPE &&
        !process.ignored.has(Signal.PIPE) &&
        !process.trapped.has(Signal.PIPE);
      if (fatal) throw new Killed(Signal.PIPE);
      return -count;
    }
    if (count === rest.length) return 0;
    rest = rest.slice(count);
    yield on(file.writable);
  }
  return 0;
}
