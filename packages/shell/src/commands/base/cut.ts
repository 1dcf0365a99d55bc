/** cut (coreutils): characters or fields of each line. Octets count as characters. */
import { flag, valued } from "../../options/getopt.ts";
import { chomp, eachLine } from "./input.ts";
import { type Job, tool } from "./tool.ts";

/** Positions from `first` to `last`, both included, from 1. */
interface Range {
  readonly first: number;
  readonly last: number;
}

export const cut = tool(
  "/usr/bin/cut",
  {
    options: [
      valued("b", "bytes", "c"),
      valued("c", "characters", "c"),
      valued("d", "delimiter", "d"),
      valued("f", "fields", "f"),
      flag("n", "", "n"),
      flag("", "complement", "complement"),
      flag("s", "only-delimited", "s"),
      valued("", "output-delimiter", "output"),
    ],
  },
  function* (job) {
    const { context, given } = job;
    const byField = given.has("f");
    const ranges = rangesOf(job);
    const inverted = given.has("complement");
    const delimiter = given.value("d") ?? "\t";
    if (!byField && given.has("d"))
      throw job.misused("an input delimiter may be specified only when operating on fields");
    if (!byField && given.has("s"))
      throw job.misused(
        "suppressing non-delimited lines makes sense\n\tonly when operating on fields",
      );
    if (Array.from(delimiter).length > 1)
      throw job.misused("the delimiter must be a single character");
    const glue = given.value("output") ?? (byField ? delimiter : "");
    const chosen = (at: number): boolean =>
      ranges.some(({ first, last }) => at >= first && at <= last) !== inverted;
    yield* eachLine(job, function* (line) {
      const text = chomp(line);
      if (byField && !text.includes(delimiter)) {
        if (!given.has("s")) yield* context.out(`${text}\n`);
        return true;
      }
      const parts = byField ? text.split(delimiter) : Array.from(text);
      yield* context.out(`${parts.filter((_, i) => chosen(i + 1)).join(glue)}\n`);
      return true;
    });
    return undefined;
  },
);

function rangesOf(job: Job): Range[] {
  const lists = [...job.given.values("c"), ...job.given.values("f")];
  const [list] = lists;
  if (list === undefined)
    throw job.misused("you must specify a list of bytes, characters, or fields");
  if (lists.length > 1) throw job.misused("only one list may be specified");
  const byField = job.given.has("f");
  return list.split(/[, \t]/).map((part) => {
    const ends = /^(\d*)(-?)(\d*)$/.exec(part);
    if (ends === null || part === "") throw wrongList(job, part, byField);
    const [, first = "", dash, last = ""] = ends;
    if (part === "-") throw job.misused("invalid range with no endpoint: -");
    if (Number(first) === 0 && first !== "") throw numberedFromOne(job, byField);
    if (dash === "") return { first: Number(first), last: Number(first) };
    const range = {
      first: first === "" ? 1 : Number(first),
      last: last === "" ? Number.POSITIVE_INFINITY : Number(last),
    };
    if (range.last < range.first) throw job.misused("invalid decreasing range");
    return range;
  });
}

const wrongList = (job: Job, part: string, byField: boolean): unknown =>
  part === ""
    ? numberedFromOne(job, byField)
    : job.misused(
        `invalid ${byField ? "field value" : "byte or character position"} ${job.quote.word(part)}`,
      );

const numberedFromOne = (job: Job, byField: boolean): unknown =>
  job.misused(`${byField ? "fields" : "byte/character positions"} are numbered from 1`);
