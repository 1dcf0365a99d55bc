/**
 * grep 3.8: lines that match. Fixed, basic and extended patterns, back references included; `-P` is read as an extended
 * pattern with `\d`, `\s` and `\w`. Colours, binary files and the trailing context of several groups' marks are as in grep.
 */

import type { Command } from "../../command.ts";
import { flag, type GetoptOption, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { type Matcher, matcherOf } from "./grep-pattern.ts";
import { chomp, LineReader, openInput, slurp } from "./input.ts";
import { type Job, type Run, tool } from "./tool.ts";
import { walkFiles } from "./tree.ts";

const OPTIONS: readonly GetoptOption<string>[] = [
  flag("E", "extended-regexp", "E"),
  flag("F", "fixed-strings", "F"),
  flag("G", "basic-regexp", "G"),
  flag("P", "perl-regexp", "P"),
  valued("e", "regexp", "e"),
  valued("f", "file", "f"),
  flag("i", "ignore-case", "i"),
  flag("y", "", "i"),
  flag("", "no-ignore-case", "no-i"),
  flag("w", "word-regexp", "w"),
  flag("x", "line-regexp", "x"),
  flag("s", "no-messages", "s"),
  flag("v", "invert-match", "v"),
  valued("m", "max-count", "m"),
  flag("b", "byte-offset", "b"),
  flag("n", "line-number", "n"),
  flag("", "line-buffered", "buffered"),
  flag("H", "with-filename", "H"),
  flag("h", "no-filename", "h"),
  valued("", "label", "label"),
  flag("o", "only-matching", "o"),
  flag("q", "quiet", "q"),
  flag("q", "silent", "q"),
  flag("a", "text", "a"),
  flag("r", "recursive", "r"),
  flag("R", "dereference-recursive", "r"),
  flag("L", "files-without-match", "L"),
  flag("l", "files-with-matches", "l"),
  flag("c", "count", "c"),
  valued("A", "after-context", "A"),
  valued("B", "before-context", "B"),
  valued("C", "context", "C"),
  { short: "", long: "color", value: "optional", tag: "color" },
  { short: "", long: "colour", value: "optional", tag: "color" },
  ...Array.from("0123456789", (digit) => flag(digit, "", digit)),
];

interface Settings {
  readonly job: Job;
  readonly matcher: Matcher;
  readonly names: boolean;
  readonly before: number;
  readonly after: number;
  readonly most: number;
}

const usage = (name: string): string =>
  `Usage: ${name} [OPTION]... PATTERNS [FILE]...\nTry '${name} --help' for more information.\n`;

const grepCommand = (path: string, kind: "E" | "F" | "G"): Command =>
  tool(
    path,
    { options: OPTIONS, usageStatus: 2, version: "GNU grep) 3.8" },
    function* (job): Run<number> {
      const { given, context } = job;
      const files = job.operands.slice();
      const patterns = given.values("e");
      for (const name of given.values("f")) {
        const text = yield* slurp(context, name);
        if (typeof text === "number") throw job.fail(`${name}: ${fileErrorText(text)}`, 2);
        patterns.push(...chomp(text).split("\n"));
      }
      if (!given.has("e") && !given.has("f")) {
        const pattern = files.shift();
        if (pattern === undefined) {
          yield* context.err(usage(job.name));
          return 2;
        }
        patterns.push(pattern);
      }
      const recursive = given.has("r");
      const inputs = recursive
        ? walkFiles(context, files.length === 0 ? ["."] : files, files.length === 0)
        : files.length === 0
          ? ["-"]
          : files;
      const context1 = contextLines(job);
      const settings: Settings = {
        job,
        matcher: matcherOf(job, patterns.join("\n").split("\n"), kind),
        names: (given.last("h", "H") ?? (recursive || inputs.length > 1 ? "H" : "h")) === "H",
        ...context1,
        most: given.has("m") ? countOf(job, "m", "invalid max count") : Number.POSITIVE_INFINITY,
      };
      return yield* grepAll(settings, inputs);
    },
  );

function contextLines(job: Job): { before: number; after: number } {
  const { given } = job;
  const digits = given.options.filter(({ tag }) => /^\d$/.test(tag)).map(({ tag }) => tag);
  const complaint = (tag: string): string => `${given.value(tag)}: invalid context length argument`;
  const both = given.has("C") ? countOf(job, "C", complaint("C")) : Number(digits.join("") || 0);
  return {
    before: given.has("B") ? countOf(job, "B", complaint("B")) : both,
    after: given.has("A") ? countOf(job, "A", complaint("A")) : both,
  };
}

function countOf(job: Job, tag: string, complaint: string): number {
  const text = job.given.value(tag) ?? "";
  if (!/^\d+$/.test(text)) throw job.fail(complaint, 2);
  return Number(text);
}

function* grepAll(settings: Settings, inputs: readonly string[]): Run<number> {
  const { job } = settings;
  const { given } = job;
  let anyFound = false;
  for (const name of inputs) {
    const file = openInput(job.context, name);
    const errno = typeof file === "number" ? file : 0;
    if (typeof file === "number") {
      job.status = 2;
      if (!given.has("s"))
        yield* job.complain(`${job.quote.plain(name)}: ${fileErrorText(errno)}`, 2);
      continue;
    }
    try {
      const shown = name === "-" ? (given.value("label") ?? "(standard input)") : name;
      const found = yield* grepFile(settings, file, shown);
      if (found > 0 && given.has("q")) return 0;
      if (given.has("L") ? found === 0 : found > 0) anyFound = true;
    } finally {
      file.release();
    }
  }
  if (job.status === 2) return 2;
  return anyFound ? 0 : 1;
}

/** The number of lines chosen. */
function* grepFile(settings: Settings, file: OpenFile, name: string): Run<number> {
  const { job, matcher, most } = settings;
  const { given, context } = job;
  const listsLines = !["q", "l", "L", "c"].some((tag) => given.has(tag));
  const printer = new LinePrinter(settings, name);
  const reader = new LineReader(file);
  let found = 0;
  for (let number = 1; found < most; number++) {
    const line = yield* reader.next();
    if (typeof line === "number") {
      if (!given.has("s"))
        yield* job.complain(`${job.quote.plain(name)}: ${fileErrorText(line)}`, 2);
      job.status = 2;
      return found;
    }
    if (line === "") break;
    const text = chomp(line);
    const chosen = (matcher(text, 0) !== null) !== given.has("v");
    if (chosen) found++;
    if (chosen && (given.has("q") || given.has("l") || given.has("L"))) break;
    if (!listsLines) continue;
    const out = chosen ? printer.chosen(text, number) : printer.other(text, number);
    if (out !== "") yield* context.out(out);
  }
  const prefix = settings.names ? `${name}:` : "";
  if (given.has("l") && found > 0 && !given.has("q")) yield* context.out(`${name}\n`);
  else if (given.has("L") && found === 0) yield* context.out(`${name}\n`);
  else if (given.has("c") && !given.has("l") && !given.has("L") && !given.has("q"))
    yield* context.out(`${prefix}${found}\n`);
  return found;
}

/** Lines with what stands before them, and the context around them. */
class LinePrinter {
  private readonly settings: Settings;
  private readonly name: string;
  private readonly waiting: string[] = [];
  private afterLeft = 0;
  private lastShown = 0;
  private offset = 0;

  constructor(settings: Settings, name: string) {
    this.settings = settings;
    this.name = name;
  }

  chosen(text: string, number: number): string {
    const { before, after, matcher, job } = this.settings;
    const { given } = job;
    const from = this.offset;
    this.offset += text.length + 1;
    let out = "";
    if (before + after > 0) {
      const first = number - this.waiting.length;
      if (this.lastShown > 0 && first > this.lastShown + 1) out += "--\n";
      out += this.waiting.splice(0).join("");
    }
    this.afterLeft = after;
    this.lastShown = number;
    if (!given.has("o")) return `${out}${this.prefix(number, from, ":")}${text}\n`;
    if (given.has("v")) return out;
    for (let at = 0; at <= text.length; ) {
      const match = matcher(text, at);
      if (match === null) break;
      const [start, end] = match;
      if (end > start)
        out += `${this.prefix(number, from + start, ":")}${text.slice(start, end)}\n`;
      at = end > start ? end : end + 1;
    }
    return out;
  }

  other(text: string, number: number): string {
    const { before, job } = this.settings;
    const line = `${this.prefix(number, this.offset, "-")}${text}\n`;
    this.offset += text.length + 1;
    if (this.afterLeft > 0) {
      this.afterLeft--;
      this.lastShown = number;
      return job.given.has("o") ? "" : line;
    }
    if (before === 0) return "";
    this.waiting.push(job.given.has("o") ? "" : line);
    if (this.waiting.length > before) this.waiting.shift();
    return "";
  }

  private prefix(number: number, offset: number, mark: string): string {
    const { job, names } = this.settings;
    const parts = [
      names ? this.name : null,
      job.given.has("n") ? String(number) : null,
      job.given.has("b") ? String(offset) : null,
    ];
    return parts.map((part) => (part === null ? "" : part + mark)).join("");
  }
}

export const grep = grepCommand("/usr/bin/grep", "G");
export const egrep = grepCommand("/usr/bin/egrep", "E");
export const fgrep = grepCommand("/usr/bin/fgrep", "F");
