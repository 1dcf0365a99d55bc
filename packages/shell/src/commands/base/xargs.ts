/** xargs (findutils): -n, -L, -I, -0, -d, -r, -t, -P (one at a time all the same). */
import { flag, valued } from "../../options/getopt.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import { chomp, linesOf } from "./input.ts";
import { runChild } from "./run-child.ts";
import { type Job, type Run, tool } from "./tool.ts";

/** Characters of one command line. */
const LINE_MAX = 131_072;

export const xargs = tool(
  "/usr/bin/xargs",
  {
    options: [
      flag("0", "null", "0"),
      valued("d", "delimiter", "d"),
      valued("I", "", "I"),
      valued("L", "max-lines", "L"),
      valued("n", "max-args", "n"),
      valued("P", "max-procs", "P"),
      flag("r", "no-run-if-empty", "r"),
      flag("t", "verbose", "t"),
    ],
    stopsAtOperand: true,
  },
  function* (job) {
    const { context, given } = job;
    const command = job.operands.length === 0 ? ["echo"] : job.operands;
    const text = yield* context.readAll();
    const replaced = given.value("I");
    if (replaced !== undefined) {
      for (const line of linesOf(text)
        .map((item) => item.trim())
        .filter((item) => item !== ""))
        if (
          !(yield* run(
            job,
            command.map((word) => word.replaceAll(replaced, line)),
          ))
        )
          break;
      return undefined;
    }
    for (const items of batchesOf(job, text)) if (!(yield* run(job, [...command, ...items]))) break;
    return undefined;
  },
);

function countOf(job: Job, letter: string): number {
  const text = job.given.value(letter);
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!/^\d+$/.test(text)) throw job.misused(`invalid number "${text}" for -${letter} option`);
  if (Number(text) === 0) throw job.misused(`value ${text} for -${letter} option should be >= 1`);
  return Number(text);
}

function batchesOf(job: Job, text: string): string[][] {
  const { given } = job;
  const most = countOf(job, "n");
  const lines = countOf(job, "L");
  if (given.has("L")) {
    const all = linesOf(text)
      .map((line) => words(job, line))
      .filter((items) => items.length > 0);
    const batches: string[][] = [];
    for (let i = 0; i < all.length; i += lines) batches.push(all.slice(i, i + lines).flat());
    return batches;
  }
  const delimiter = given.has("0") ? "\0" : given.value("d")?.replace("\\n", "\n");
  const items =
    delimiter === undefined
      ? words(job, text)
      : (text.endsWith(delimiter) ? text.slice(0, -1) : chomp(text)).split(delimiter);
  if (items.length === 0 || text === "") return given.has("r") ? [] : [[]];
  const batches: string[][] = [[]];
  let size = 0;
  for (const item of items) {
    const last = batches[batches.length - 1] as string[];
    if (last.length >= most || size + item.length > LINE_MAX) {
      batches.push([item]);
      size = item.length;
    } else {
      last.push(item);
      size += item.length + 1;
    }
  }
  return batches;
}

/** Words between blanks and newlines; quotes and backslashes keep blanks in. */
function words(job: Job, text: string): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/(?:\\[\s\S]|"[^"\n]*"|'[^'\n]*'|[^\s\\"'])+|["']/g)) {
    const word = match[0];
    if (word === '"' || word === "'") {
      const kind = word === '"' ? "double" : "single";
      throw job.fail(
        `unmatched ${kind} quote; by default quotes are special to xargs unless you use the -0 option`,
      );
    }
    found.push(
      word.replace(
        /\\([\s\S])|"([^"\n]*)"|'([^'\n]*)'/g,
        (_, a?: string, b?: string, c?: string) => a ?? b ?? c ?? "",
      ),
    );
  }
  return found;
}

/** False when xargs gives up. */
function* run(job: Job, argv: readonly string[]): Run<boolean> {
  if (job.given.has("t")) yield* job.context.err(`${argv.join(" ")}\n`);
  const status = yield* runChild(job.context, argv);
  if (typeof status !== "number") {
    const missing = status.errno === FileError.ENOENT;
    yield* job.complain(`${argv[0]}: ${fileErrorText(status.errno)}`, missing ? 127 : 126);
    return false;
  }
  if (status === 255) {
    yield* job.complain(`${argv[0]}: exited with status 255; aborting`, 124);
    return false;
  }
  if (status > 128) {
    yield* job.complain(`${argv[0]}: terminated by signal ${status - 128}`, 125);
    return false;
  }
  if (status !== 0) job.status = Math.max(job.status, 123);
  return true;
}
