/** seq and yes (coreutils). Numbers are decimal; hexadecimal and `%`-formats other than of one number are left out. */
import { flag, type GetoptOption, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { type Job, tool } from "./tool.ts";

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
/** Lines between two writes, so that a reader that has enough ends an endless row. */
const BATCH = 512;

/** A negative number looks like an option whose letter is a digit; it is put together again. */
export const seq = tool(
  "/usr/bin/seq",
  {
    options: [
      valued("f", "format", "f"),
      valued("s", "separator", "s"),
      flag("w", "equal-width", "w"),
      ...Array.from(
        "0123456789.",
        (short): GetoptOption<string> => ({
          short,
          long: "",
          value: "optional",
          tag: "number",
        }),
      ),
    ],
    stopsAtOperand: true,
  },
  function* (job) {
    const { context, given } = job;
    const { first, step, last, places } = boundsOf(job, operandsOf(job));
    const format = given.value("f");
    if (format !== undefined && !/^(%%|[^%])*%[-+ 0#']*\d*(\.\d+)?[efgEFG](%%|[^%])*$/.test(format))
      throw job.fail(`format ${job.quote.word(format)} has no % directive`);
    const separator = given.value("s") ?? "\n";
    const unit = 10 ** places;
    const scaled = (value: number): number => Math.round(value * unit);
    const width = given.has("w")
      ? Math.max(text(first, places).length, text(last, places).length)
      : 0;
    const show = (value: number): string => {
      const digits = text(value, places);
      if (format !== undefined) return applyFormat(format, value);
      const bare = digits.replace("-", "");
      return digits === bare ? digits.padStart(width, "0") : `-${bare.padStart(width - 1, "0")}`;
    };
    let held = "";
    let count = 0;
    const by = scaled(step);
    const end = scaled(last);
    for (let at = scaled(first); by > 0 ? at <= end : at >= end; at += by) {
      held += (count++ > 0 ? separator : "") + show(at / unit);
      if (count % BATCH !== 0) continue;
      yield* context.out(held);
      held = "";
    }
    yield* context.out(count > 0 ? `${held}\n` : "");
    return 0;
  },
);

const text = (value: number, places: number): string => value.toFixed(places);

function applyFormat(format: string, value: number): string {
  return format
    .replace(
      /%([-0+ ]*)(\d*)(?:\.(\d+))?[efgEFG]/,
      (_, flags: string, width: string, p?: string) => {
        const digits = p === undefined ? String(value) : value.toFixed(Number(p));
        const size = Number(width || 0);
        if (flags.includes("-")) return digits.padEnd(size);
        return digits.padStart(size, flags.includes("0") ? "0" : " ");
      },
    )
    .replaceAll("%%", "%");
}

function operandsOf({ given }: Job): string[] {
  const numbers = given.options
    .filter(({ tag }) => tag === "number")
    .map(({ typed, value }) => `${typed}${value}`);
  return [...numbers, ...given.operands];
}

interface Bounds {
  readonly first: number;
  readonly step: number;
  readonly last: number;
  /** Digits after the point. */
  readonly places: number;
}

function boundsOf(job: Job, words: readonly string[]): Bounds {
  if (words.length === 0) throw job.misused("missing operand");
  const extra = words[3];
  if (extra !== undefined) throw job.misused(`extra operand ${job.quote.word(extra)}`);
  for (const word of words)
    if (!NUMBER.test(word))
      throw job.misused(`invalid floating point argument: ${job.quote.word(word)}`);
  const [first, step, last] =
    words.length === 1
      ? ["1", "1", words[0]]
      : words.length === 2
        ? [words[0], "1", words[1]]
        : words;
  if (Number(step) === 0)
    throw job.misused(`invalid Zero increment value: ${job.quote.word(step as string)}`);
  const places = (word = ""): number => /\.(\d*)/.exec(word)?.[1]?.length ?? 0;
  return {
    first: Number(first),
    step: Number(step),
    last: Number(last),
    places: Math.max(places(first), places(step)),
  };
}

export const yes = tool("/usr/bin/yes", {}, function* (job) {
  const line = `${job.operands.length === 0 ? "y" : job.operands.join(" ")}\n`;
  const piece = line.repeat(Math.max(1, Math.floor(1024 / line.length)));
  for (;;) {
    const errno = yield* job.context.out(piece);
    if (errno !== 0) throw job.fail(`standard output: ${fileErrorText(errno)}`);
  }
});
