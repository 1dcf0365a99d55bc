/** tail (coreutils). `-f` looks once a second, as it does where inotify is missing. */
import { later, seconds } from "@lvsim/core";
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { until } from "../../process/wait.ts";
import { OpenRegularFile } from "../../vfs/open-files.ts";
import { parseCount } from "./head.ts";
import { inputsOf, openInput, readWhole } from "./input.ts";
import { type Job, type Run, tool } from "./tool.ts";

interface Amount {
  readonly unit: "lines" | "bytes";
  readonly count: number;
  /** From the `count`th on, instead of the last `count`. */
  readonly fromStart: boolean;
}

export const tail = tool(
  "/usr/bin/tail",
  {
    options: [
      valued("n", "lines", "n"),
      valued("c", "bytes", "c"),
      flag("f", "follow", "f"),
      flag("F", "", "F"),
      flag("", "retry", "retry"),
      flag("q", "quiet", "q"),
      flag("q", "silent", "q"),
      flag("v", "verbose", "v"),
      ...Array.from("0123456789", (digit) => flag(digit, "", digit)),
    ],
  },
  function* (job) {
    const amount = amountOf(job);
    const names = inputsOf(job);
    const titles = (job.given.last("q", "v") ?? (names.length > 1 ? "v" : "q")) === "v";
    const open: Followed[] = [];
    try {
      for (const name of names) {
        const file = openInput(job.context, name);
        if (typeof file === "number") {
          const why = fileErrorText(file);
          yield* job.complain(`cannot open ${job.quote.file(name)} for reading: ${why}`);
          if (job.given.has("F")) open.push({ name, file: null });
          continue;
        }
        open.push({ name, file });
        if (titles) yield* job.context.out(title(name, open.length > 1));
        const text = yield* readWhole(file);
        if (typeof text !== "number") yield* job.context.out(ending(text, amount));
        else yield* job.complain(`error reading ${job.quote.file(name)}: ${fileErrorText(text)}`);
      }
      if (job.given.has("f") || job.given.has("F")) yield* follow(job, open, titles);
    } finally {
      for (const { file } of open) file?.release();
    }
    return undefined;
  },
);

const title = (name: string, isLater: boolean): string =>
  `${isLater ? "\n" : ""}==> ${name === "-" ? "standard input" : name} <==\n`;

function amountOf(job: Job): Amount {
  const { given, quote } = job;
  const digits = given.options.filter(({ tag }) => /\d/.test(tag)).map(({ tag }) => tag);
  const unit = given.last("n", "c") === "c" ? "bytes" : "lines";
  const text = given.value(unit === "bytes" ? "c" : "n") ?? (digits.join("") || "10");
  const count = parseCount(text.replace(/^[-+]/, ""));
  if (count === undefined)
    throw job.fail(`invalid number of ${unit}: ${quote.word(text.replace(/^-/, ""))}`);
  return { unit, count, fromStart: text.startsWith("+") };
}

function ending(text: string, { unit, count, fromStart }: Amount): string {
  const parts = unit === "bytes" ? Array.from(text) : (text.match(/[^\n]*\n|[^\n]+/g) ?? []);
  const from = fromStart ? Math.max(0, count - 1) : Math.max(0, parts.length - count);
  return parts.slice(from).join("");
}

/** A file that is followed; null while there is none of that name. */
interface Followed {
  readonly name: string;
  file: OpenFile | null;
}

/** With -F a name is followed: what it led to may go, and something else may come. */
function* lookAgain(job: Job, followed: Followed): Run<void> {
  const { machine, process } = job.context;
  const { name, file } = followed;
  const node = machine.files.resolve(name, process.cwd, true, process);
  const shown = job.quote.file(name);
  if (typeof node === "number") {
    if (file === null) return;
    file.release();
    followed.file = null;
    yield* job.context.err(`tail: ${shown} has become inaccessible: ${fileErrorText(node)}\n`);
    return;
  }
  if (file instanceof OpenRegularFile && file.node === node) return;
  const fresh = machine.files.open(process, name, { read: true, write: false });
  if (typeof fresh === "number") return;
  const what = file === null ? "appeared" : "been replaced";
  file?.release();
  followed.file = fresh;
  yield* job.context.err(`tail: ${shown} has ${what};  following new file\n`);
}

function* follow(job: Job, open: readonly Followed[], titles: boolean): Run<void> {
  if (open.length === 0) throw job.fail("no files remaining");
  let last = open[open.length - 1]?.name;
  for (;;) {
    yield until(later(job.context.machine.now, seconds(1)));
    for (const followed of open) {
      const { name } = followed;
      // standard input has no name to look for again
      if (job.given.has("F") && name !== "-") yield* lookAgain(job, followed);
      const text = followed.file === null ? "" : yield* readWhole(followed.file);
      if (typeof text === "number" || text === "") continue;
      if (titles && name !== last) yield* job.context.out(title(name, true));
      last = name;
      yield* job.context.out(text);
    }
  }
}
