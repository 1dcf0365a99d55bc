/** expand and unexpand (coreutils): tabs to blanks and back. Lists of tab stops are left out but for one width. */
import { flag, valued } from "../../options/getopt.ts";
import { eachLine } from "../base/input.ts";
import { type Job, tool } from "../base/tool.ts";

const TAB_STOP = 8;

function stopOf(job: Job): number {
  const text = job.given.value("t") ?? String(TAB_STOP);
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  const problem =
    text === "0"
      ? "tab size cannot be 0"
      : `tab size contains invalid character(s): ${job.quote.word(text)}`;
  throw job.fail(problem);
}

export const expand = tool(
  "/usr/bin/expand",
  { options: [valued("t", "tabs", "t"), flag("i", "initial", "i")] },
  function* (job) {
    const stop = stopOf(job);
    yield* eachLine(job, function* (line) {
      let text = "";
      let initial = true;
      for (const character of line) {
        initial &&= character === " " || character === "\t";
        const expands = character === "\t" && (initial || !job.given.has("i"));
        text += expands ? " ".repeat(stop - (Array.from(text).length % stop)) : character;
      }
      yield* job.context.out(text);
      return true;
    });
    return undefined;
  },
);

export const unexpand = tool(
  "/usr/bin/unexpand",
  { options: [valued("t", "tabs", "t"), flag("a", "all", "a"), flag("", "first-only", "first")] },
  function* (job) {
    const stop = stopOf(job);
    const everywhere = (job.given.has("a") || job.given.has("t")) && !job.given.has("first");
    yield* eachLine(job, function* (line) {
      yield* job.context.out(withTabs(line, stop, everywhere));
      return true;
    });
    return undefined;
  },
);

function withTabs(line: string, stop: number, everywhere: boolean): string {
  let text = "";
  let column = 0;
  let blanks = "";
  let initial = true;
  for (const character of line) {
    if (character === " " && (initial || everywhere)) {
      blanks += " ";
      // a single blank before a stop stays one, unless more follow
      if (++column % stop === 0 && blanks.length > 1) {
        text += "\t";
        blanks = "";
      }
      continue;
    }
    if (character === "\t") {
      text += "\t";
      blanks = "";
      column += stop - (column % stop);
      continue;
    }
    text += blanks + character;
    blanks = "";
    initial = false;
    column++;
  }
  return text + blanks;
}
