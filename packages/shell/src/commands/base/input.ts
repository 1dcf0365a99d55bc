/** What tools read: files by name or standard input, whole or line by line. */
import type { CommandContext } from "../../command.ts";
import { SHELL_LIMITS } from "../../kernel/limits.ts";
import { FileError } from "../../process/errno.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { Killed, Signal } from "../../process/signal.ts";
import { readSome } from "../../process/transfer.ts";
import type { Job, Run } from "./tool.ts";

/** Opens `name`, or standard input for `-`; the caller releases it. An errno when that fails. */
export function openInput(context: CommandContext, name: string): OpenFile | number {
  if (name === "-") return context.stdin?.retain() ?? FileError.EBADF;
  return context.machine.files.open(context.process, name, { read: true, write: false });
}

/** Characters that a tool keeps in memory; beyond them it is killed, as by a kernel without memory. */
const HELD_MAX = SHELL_LIMITS.outputCharactersMax;

/** All of an open file, or an errno. */
export function* readWhole(file: OpenFile): Run<string | number> {
  let text = "";
  for (;;) {
    const got = yield* readSome(file);
    if (typeof got === "number") return got;
    if (got === "") return text;
    text += got;
    if (text.length > HELD_MAX) throw new Killed(Signal.KILL);
  }
}

/** All of `name`, or an errno. */
export function* slurp(context: CommandContext, name: string): Run<string | number> {
  const file = openInput(context, name);
  if (typeof file === "number") return file;
  try {
    return yield* readWhole(file);
  } finally {
    file.release();
  }
}

/** Reads lines as they come. */
export class LineReader {
  private readonly file: OpenFile;
  private held = "";
  private over = false;

  constructor(file: OpenFile) {
    this.file = file;
  }

  /** The next line with its newline, if it has one; "" at the end; an errno. */
  *next(): Run<string | number> {
    for (;;) {
      const end = this.held.indexOf("\n") + 1;
      if (end > 0) return this.take(end);
      if (this.over) return this.take(this.held.length);
      const got = yield* readSome(this.file);
      if (typeof got === "number") return got;
      if (got === "") this.over = true;
      else this.held += got;
      if (this.held.length > HELD_MAX) throw new Killed(Signal.KILL);
    }
  }

  /** Gives back what was read too much, where the file can take it. */
  unread(): void {
    if (this.held !== "") this.file.unread(this.held);
    this.held = "";
  }

  private take(count: number): string {
    const line = this.held.slice(0, count);
    this.held = this.held.slice(count);
    return line;
  }
}

/** The operands, or `-` when there are none. */
export const inputsOf = (job: Job): readonly string[] =>
  job.operands.length === 0 ? ["-"] : job.operands;

/** Calls `line` for every line of every input; complains of those that cannot be read. `line` says whether to go on. */
export function* eachLine(
  job: Job,
  line: (text: string, name: string) => Run<boolean>,
  status = 1,
): Run<void> {
  for (const name of inputsOf(job)) {
    const file = openInput(job.context, name);
    if (typeof file === "number") {
      yield* job.complainOf(name, file, status);
      continue;
    }
    try {
      const reader = new LineReader(file);
      for (let text = yield* reader.next(); text !== ""; text = yield* reader.next()) {
        if (typeof text === "number") {
          yield* job.complainOf(name, text, status);
          break;
        }
        if (!(yield* line(text, name))) return;
      }
    } finally {
      file.release();
    }
  }
}

/** A line without its newline. */
export const chomp = (line: string): string => (line.endsWith("\n") ? line.slice(0, -1) : line);

/** Lines of a text; a last one without a newline counts. */
export function linesOf(text: string, end = "\n"): string[] {
  const lines = text.split(end);
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}
