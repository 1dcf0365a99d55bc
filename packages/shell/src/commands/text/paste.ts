/** paste (coreutils): lines of several files side by side, or with -s the lines of each behind one another. */
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { chomp, inputsOf, LineReader, openInput } from "../base/input.ts";
import { type Job, type Run, tool } from "../base/tool.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  "\\": "\\",
  "0": "",
  r: "\r",
};

export const paste = tool(
  "/usr/bin/paste",
  {
    options: [
      valued("d", "delimiters", "d"),
      flag("s", "serial", "s"),
      flag("z", "zero-terminated", "z"),
    ],
  },
  function* (job) {
    const text = (job.given.value("d") ?? "\t").replace(/\\(.)/g, (_, letter: string) =>
      ESCAPES[letter] === "" ? "\0" : (ESCAPES[letter] ?? letter),
    );
    const delimiters = Array.from(text, (one) => (one === "\0" ? "" : one));
    if (delimiters.length === 0) delimiters.push("");
    const files: OpenFile[] = [];
    try {
      for (const name of inputsOf(job)) {
        const file = openInput(job.context, name);
        if (typeof file !== "number") files.push(file);
        else if (!job.given.has("s"))
          throw job.fail(`${job.quote.plain(name)}: ${fileErrorText(file)}`);
        else yield* job.complainOf(name, file);
      }
      // one reader for standard input, however often it is named
      const readers = new Map<OpenFile, LineReader>();
      const lines = files.map(
        (file) => readers.get(file) ?? readers.set(file, new LineReader(file)).get(file),
      ) as LineReader[];
      if (job.given.has("s")) yield* serial(job, lines, delimiters);
      else yield* parallel(job, lines, delimiters);
    } finally {
      for (const file of files) file.release();
    }
    return undefined;
  },
);

function* next(reader: LineReader): Run<string | null> {
  const line = yield* reader.next();
  return typeof line === "number" || line === "" ? null : chomp(line);
}

function* serial(
  job: Job,
  readers: readonly LineReader[],
  delimiters: readonly string[],
): Run<void> {
  for (const reader of readers) {
    let text = (yield* next(reader)) ?? "";
    let count = 0;
    for (let line = yield* next(reader); line !== null; line = yield* next(reader))
      text += delimiters[count++ % delimiters.length] + line;
    yield* job.context.out(`${text}\n`);
  }
}

function* parallel(
  job: Job,
  readers: readonly LineReader[],
  delimiters: readonly string[],
): Run<void> {
  for (;;) {
    let text = "";
    let found = false;
    for (let i = 0; i < readers.length; i++) {
      const line = yield* next(readers[i] as LineReader);
      found ||= line !== null;
      text += (i === 0 ? "" : delimiters[(i - 1) % delimiters.length]) + (line ?? "");
    }
    if (!found) return;
    yield* job.context.out(`${text}\n`);
  }
}
