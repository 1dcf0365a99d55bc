/** shuf (coreutils): lines in an order by chance; the chance is the machine's own stream, so a run repeats it. */
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { linesOf, slurp } from "../base/input.ts";
import { type Job, type Run, tool } from "../base/tool.ts";

const LINES_MAX = 100_000;

export const shuf = tool(
  "/usr/bin/shuf",
  {
    options: [
      flag("e", "echo", "e"),
      valued("i", "input-range", "i"),
      valued("n", "head-count", "n"),
      valued("o", "output", "o"),
      flag("r", "repeat", "r"),
      valued("", "random-source", "source"),
      flag("z", "zero-terminated", "z"),
    ],
  },
  function* (job) {
    const { context, given } = job;
    const lines = yield* linesToShuffle(job);
    const { rng } = context.machine;
    const asked = given.value("n");
    if (asked !== undefined && !/^\d+$/.test(asked))
      throw job.fail(`invalid line count: ${job.quote.word(asked)}`);
    const count = asked === undefined ? lines.length : Number(asked);
    const end = given.has("z") ? "\0" : "\n";
    if (given.has("r")) {
      if (lines.length === 0) throw job.fail("no lines to repeat");
      for (let i = 0; asked === undefined || i < count; i++)
        yield* context.out(`${lines[rng.below(lines.length)]}${end}`);
      return undefined;
    }
    for (let i = lines.length - 1; i > 0; i--) {
      const j = rng.below(i + 1);
      const kept = lines[i] as string;
      lines[i] = lines[j] as string;
      lines[j] = kept;
    }
    yield* context.out(
      lines
        .slice(0, count)
        .map((line) => line + end)
        .join(""),
    );
    return undefined;
  },
);

function* linesToShuffle(job: Job): Run<string[]> {
  const { given, operands } = job;
  if (given.has("e")) return [...operands];
  const range = given.value("i");
  if (range !== undefined) {
    const [, from = "", to = ""] = /^(\d+)-(\d+)$/.exec(range) ?? [];
    const count = Number(to) - Number(from) + 1;
    if (from === "" || count < 0) throw job.fail(`invalid input range: ${job.quote.word(range)}`);
    if (count > LINES_MAX) throw job.fail("memory exhausted");
    return Array.from({ length: count }, (_, i) => String(Number(from) + i));
  }
  job.noOperand(1);
  const name = operands[0] ?? "-";
  const text = yield* slurp(job.context, name);
  if (typeof text === "number") throw job.fail(`${job.quote.plain(name)}: ${fileErrorText(text)}`);
  return linesOf(text);
}
