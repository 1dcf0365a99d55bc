/** vi's commands behind a colon: w, q, wq, x, q!, w FILE, e!, line numbers, d, s/a/b/ with g and a range, set and syntax without effect. */
import { Regex, RegexError } from "../../text/regex.ts";
import type { TextBuffer } from "./buffer.ts";

export interface ExResult {
  /** Where to write: "" the file itself, null nowhere. */
  readonly write: string | null;
  readonly quit: boolean;
  /** Also with unsaved changes. */
  readonly force?: boolean;
  /** Reads the file again. */
  readonly reload?: boolean;
  readonly message?: string;
}

const nothing = (message?: string): ExResult =>
  message === undefined ? { write: null, quit: false } : { write: null, quit: false, message };

export function runEx(buffer: TextBuffer, text: string): ExResult {
  const [, range = "", command = ""] =
    /^\s*(%|(?:\d+|[.$])(?:,(?:\d+|[.$]))?)?\s*(.*?)\s*$/.exec(text) ?? [];
  const [first, last] = rangeOf(buffer, range);
  const [, word = "", rest = ""] = /^([a-z]*!?)\s*(.*)$/.exec(command) ?? [];
  if (/^s\W/.test(command)) return substitute(buffer, first, last, command.slice(1));
  switch (word) {
    case "":
      if (range !== "") buffer.row = last;
      return command === "" ? nothing() : nothing(`E492: Not an editor command: ${text}`);
    case "w":
    case "w!":
    case "write":
      return { write: rest, quit: false };
    case "q":
    case "quit":
      return { write: null, quit: true };
    case "q!":
    case "qa!":
    case "cq":
      return { write: null, quit: true, force: true };
    case "wq":
    case "wq!":
    case "x":
    case "xit":
    case "wqa":
      return { write: rest, quit: true };
    case "e!":
      return { write: null, quit: false, reload: true };
    case "d":
      buffer.remember();
      buffer.row = first;
      buffer.takeLines(last - first + 1);
      return nothing();
    case "set":
    case "syntax":
    case "noh":
    case "nohlsearch":
      return nothing();
  }
  return nothing(`E492: Not an editor command: ${text}`);
}

function rangeOf({ lines, row }: TextBuffer, range: string): readonly [number, number] {
  if (range === "%") return [0, lines.length - 1];
  const place = (word: string): number =>
    Math.max(
      0,
      Math.min(
        lines.length - 1,
        word === "$" ? lines.length - 1 : word === "." || word === "" ? row : Number(word) - 1,
      ),
    );
  const [from = "", to = from] = range.split(",");
  return [place(from), place(to)];
}

function substitute(buffer: TextBuffer, first: number, last: number, text: string): ExResult {
  const mark = text.charAt(0);
  const [, pattern = "", form = "", flags = ""] = text.split(mark);
  try {
    const regex = new Regex(pattern, false, flags.includes("i"));
    buffer.remember();
    let count = 0;
    for (let row = first; row <= last; row++) {
      let line = buffer.lines[row] as string;
      for (let at = 0; at <= line.length; ) {
        const found = regex.match(line, at);
        if (found === null) break;
        const [start = 0, end = 0] = found;
        const insert = form.replace(/\\(\d)|&/g, (whole, group: string | undefined) =>
          line.slice(
            ...((whole === "&"
              ? [start, end]
              : found.slice(2 * Number(group), 2 * Number(group) + 2)) as [number, number]),
          ),
        );
        line = line.slice(0, start) + insert + line.slice(end);
        at = start + insert.length + (end === start ? 1 : 0);
        count++;
        buffer.row = row;
        if (!flags.includes("g")) break;
      }
      buffer.lines[row] = line;
    }
    if (count === 0) return nothing(`E486: Pattern not found: ${pattern}`);
    buffer.changed = true;
    return nothing(count > 2 ? `${count} substitutions on ${last - first + 1} lines` : undefined);
  } catch (thrown) {
    if (!(thrown instanceof RegexError)) throw thrown;
    return nothing(`E476: Invalid command: ${thrown.message}`);
  }
}
