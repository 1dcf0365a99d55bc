/** head (coreutils): reads no more than it must, so that a pipe's writer ends and a script's own input stays. */

import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { readSome } from "../../process/transfer.ts";
import { inputsOf, LineReader, openInput, readWhole } from "./input.ts";
import { type Job, type Run, tool } from "./tool.ts";

interface Amount {
  readonly unit: "lines" | "bytes";
  readonly count: number;
  /** All but the last `count`. */
  readonly butLast: boolean;
}

const SUFFIXES: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["b", 512],
  ["k", 1024],
  ["K", 1024],
  ["kB", 1000],
  ["M", 1 << 20],
  ["MB", 1_000_000],
  ["G", 2 ** 30],
]);

/** A count with a suffix of size; undefined when it is none. */
export function parseCount(text: string): number | undefined {
  const parts = /^(\d+)([a-zA-Z]*)$/.exec(text);
  const factor = SUFFIXES.get(parts?.[2] ?? "");
  return parts === null || factor === undefined ? undefined : Number(parts[1]) * factor;
}

export const head = tool(
  "/usr/bin/head",
  {
    options: [
      valued("n", "lines", "n"),
      valued("c", "bytes", "c"),
      flag("q", "quiet", "q"),
      flag("q", "silent", "q"),
      flag("v", "verbose", "v"),
      ...Array.from("0123456789", (digit) => flag(digit, "", digit)),
    ],
  },
  function* (job) {
    const amount = amountOf(job);
    const names = inputsOf(job);
    const titles = job.given.last("q", "v") ?? (names.length > 1 ? "v" : "q");
    let shown = 0;
    for (const name of names) {
      const file = openInput(job.context, name);
      if (typeof file === "number") {
        const why = fileErrorText(file);
        yield* job.complain(`cannot open ${job.quote.file(name)} for reading: ${why}`);
        continue;
      }
      try {
        if (titles === "v") {
          const title = name === "-" ? "standard input" : name;
          yield* job.context.out(`${shown++ > 0 ? "\n" : ""}==> ${title} <==\n`);
        }
        const errno = yield* copyStart(job, file, amount);
        if (errno !== 0)
          yield* job.complain(`error reading ${job.quote.file(name)}: ${fileErrorText(errno)}`);
      } finally {
        file.release();
      }
    }
    return undefined;
  },
);

function amountOf(job: Job): Amount {
  const { given, quote } = job;
  const digits = given.options.filter(({ tag }) => /\d/.test(tag)).map(({ tag }) => tag);
  const unit = given.last("n", "c") === "c" ? "bytes" : "lines";
  const text = given.value(unit === "bytes" ? "c" : "n") ?? (digits.join("") || "10");
  const butLast = text.startsWith("-");
  const count = parseCount(text.replace(/^[-+]/, ""));
  if (count === undefined)
    throw job.fail(`invalid number of ${unit}: ${quote.word(text.replace(/^-/, ""))}`);
  return { unit, count, butLast };
}

function* copyStart(job: Job, file: OpenFile, { unit, count, butLast }: Amount): Run<number> {
  const { context } = job;
  if (butLast) {
    const text = yield* readWhole(file);
    if (typeof text === "number") return text;
    const parts = unit === "bytes" ? Array.from(text) : (text.match(/[^\n]*\n|[^\n]+/g) ?? []);
    yield* context.out(parts.slice(0, Math.max(0, parts.length - count)).join(""));
    return 0;
  }
  if (unit === "bytes") {
    for (let left = count; left > 0; ) {
      const got = yield* readSome(file, left);
      if (typeof got === "number") return got;
      if (got === "") return 0;
      left -= got.length;
      yield* context.out(got);
    }
    return 0;
  }
  const reader = new LineReader(file);
  for (let left = count; left > 0; left--) {
    const line = yield* reader.next();
    if (typeof line === "number") return line;
    if (line === "") return 0;
    yield* context.out(line);
  }
  reader.unread();
  return 0;
}
