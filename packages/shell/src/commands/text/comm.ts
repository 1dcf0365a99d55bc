/** comm (coreutils): lines of two sorted files, in three columns. */
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { linesOf, slurp } from "../base/input.ts";
import { type Job, type Run, tool } from "../base/tool.ts";

export const comm = tool(
  "/usr/bin/comm",
  {
    options: [
      flag("1", "", "1"),
      flag("2", "", "2"),
      flag("3", "", "3"),
      flag("", "check-order", "check"),
      flag("", "nocheck-order", "nocheck"),
      valued("", "output-delimiter", "output"),
      flag("", "total", "total"),
    ],
  },
  function* (job) {
    const { context, given } = job;
    const [left, right] = yield* twoFiles(job);
    const glue = given.value("output") ?? "\t";
    const hidden = ["1", "2", "3"].map((column) => given.has(column));
    const counts = [0, 0, 0];
    const seen = [new Order(left), new Order(right)];
    for (let i = 0, j = 0; i < left.length || j < right.length; ) {
      const a = left[i];
      const b = right[j];
      const column =
        b === undefined || (a !== undefined && a < b) ? 0 : a === undefined || b < a ? 1 : 2;
      if (column !== 1) i++;
      if (column !== 0) j++;
      counts[column] = (counts[column] as number) + 1;
      if (hidden[column] !== true) {
        const before = hidden.slice(0, column).filter((isHidden) => !isHidden).length;
        yield* context.out(`${glue.repeat(before)}${column === 1 ? b : a}\n`);
      }
      if (!given.has("nocheck")) yield* unsorted(job, seen, [i, j]);
    }
    if (given.has("total")) yield* context.out(`${counts.join(glue)}${glue}total\n`);
    if (job.status > 0) yield* job.complain("input is not in sorted order");
    return undefined;
  },
);

/** Whether a file's lines were in order so far, and said so once. */
class Order {
  told = false;
  private at = 1;
  private readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  breaksBefore(end: number): boolean {
    for (; this.at < this.lines.length && this.at <= end; this.at++)
      if ((this.lines[this.at] as string) < (this.lines[this.at - 1] as string)) return true;
    return false;
  }
}

function* unsorted(job: Job, seen: readonly Order[], ends: readonly number[]): Run<void> {
  for (const [i, order] of seen.entries()) {
    if (order.told || !order.breaksBefore(ends[i] as number)) continue;
    order.told = true;
    yield* job.complain(`file ${i + 1} is not in sorted order`);
  }
}

/** The lines of the two operands that comm and join take. */
export function* twoFiles(job: Job): Run<readonly [string[], string[]]> {
  const { operands } = job;
  if (operands.length === 0) throw job.misused("missing operand");
  if (operands.length === 1)
    throw job.misused(`missing operand after ${job.quote.word(operands[0] as string)}`);
  job.noOperand(2);
  const both: string[][] = [];
  for (const name of operands) {
    const text = yield* slurp(job.context, name);
    if (typeof text === "number")
      throw job.fail(`${job.quote.plain(name)}: ${fileErrorText(text)}`);
    both.push(linesOf(text));
  }
  return [both[0] as string[], both[1] as string[]];
}
