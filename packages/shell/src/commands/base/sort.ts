/** sort (coreutils) in the C locale: keys by field and character, numbers, sizes, months. */
import { flag, valued } from "../../options/getopt.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import { inputsOf, linesOf, slurp } from "./input.ts";
import {
  compareLines,
  numberKind,
  type Ordering,
  parseKey,
  readSeparator,
  type SortKey,
} from "./sort-keys.ts";
import { tool } from "./tool.ts";

export const sort = tool(
  "/usr/bin/sort",
  {
    options: [
      flag("b", "ignore-leading-blanks", "b"),
      flag("c", "check", "c"),
      flag("d", "dictionary-order", "d"),
      flag("f", "ignore-case", "f"),
      flag("g", "general-numeric-sort", "g"),
      flag("h", "human-numeric-sort", "h"),
      valued("k", "key", "k"),
      flag("M", "month-sort", "M"),
      flag("n", "numeric-sort", "n"),
      valued("o", "output", "o"),
      flag("r", "reverse", "r"),
      flag("s", "stable", "s"),
      valued("t", "field-separator", "t"),
      flag("u", "unique", "u"),
      flag("V", "version-sort", "V"),
      flag("z", "zero-terminated", "z"),
    ],
    usageStatus: 2,
  },
  function* (job) {
    const { context, given } = job;
    const global: Ordering = {
      blanks: given.has("b"),
      fold: given.has("f"),
      dictionary: given.has("d"),
      numeric: numberKind(
        given.options
          .map(({ tag }) => tag)
          .filter((tag) => tag.length === 1 && tag !== "k")
          .join(""),
      ),
      version: given.has("V"),
      reverse: given.has("r"),
    };
    const separator = readSeparator(job, given.value("t"));
    const written = given.values("k").map((text) => parseKey(job, text, global));
    const whole: SortKey = { ...global, field: 1, character: 1, endField: 0, endCharacter: 0 };
    const keys = written.length > 0 ? written : [whole];
    const unique = given.has("u");
    const compare = (a: string, b: string): number =>
      compareLines(a, b, keys, separator, unique || given.has("s") ? null : global.reverse);
    const lines: string[] = [];
    for (const name of inputsOf(job)) {
      const text = yield* slurp(context, name);
      if (typeof text === "number") {
        const what = text === FileError.EISDIR ? "read failed" : "cannot read";
        throw job.fail(`${what}: ${job.quote.plain(name)}: ${fileErrorText(text)}`, 2);
      }
      for (const line of given.has("z") ? linesOf(text, "\0") : linesOf(text)) lines.push(line);
    }
    if (given.has("c")) {
      const at = lines.findIndex(
        (line, i) => i > 0 && compare(lines[i - 1] as string, line) > (unique ? -1 : 0),
      );
      if (at < 0) return 0;
      yield* job.complain(`${inputsOf(job)[0]}:${at + 1}: disorder: ${lines[at]}`);
      return 1;
    }
    lines.sort(compare);
    const shown = unique
      ? lines.filter((line, i) => i === 0 || compare(lines[i - 1] as string, line) !== 0)
      : lines;
    const text = shown.map((line) => line + (given.has("z") ? "\0" : "\n")).join("");
    const output = given.value("o");
    if (output === undefined) yield* context.out(text);
    else
      context.machine.files.writeText(
        output.startsWith("/") ? output : `${context.cwd}/${output}`,
        text,
      );
    return 0;
  },
);
