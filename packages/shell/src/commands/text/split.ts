/** split (coreutils): a file in pieces of lines or octets. Octets count as characters; left out: -n, --filter. */
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { parseCount } from "../base/head.ts";
import { slurp } from "../base/input.ts";
import { type Job, tool } from "../base/tool.ts";

export const split = tool(
  "/usr/bin/split",
  {
    options: [
      valued("l", "lines", "l"),
      valued("b", "bytes", "b"),
      valued("a", "suffix-length", "a"),
      flag("d", "", "d"),
      { short: "", long: "numeric-suffixes", value: "optional", tag: "d" },
      valued("", "additional-suffix", "additional"),
    ],
  },
  function* (job) {
    const { context, given, operands } = job;
    const name = operands[0] ?? "-";
    const prefix = operands[1] ?? "x";
    job.noOperand(2);
    const text = yield* slurp(context, name);
    if (typeof text === "number")
      throw job.fail(`cannot open ${job.quote.file(name)} for reading: ${fileErrorText(text)}`);
    const pieces = piecesOf(job, text);
    const width = Number(given.value("a") ?? 2);
    const base = given.has("d") ? 10 : 26;
    for (const [i, piece] of pieces.entries()) {
      const suffix = suffixOf(i, width, base);
      if (suffix === null) throw job.fail("output file suffixes exhausted");
      const path = `${prefix}${suffix}${given.value("additional") ?? ""}`;
      const mode = { read: false, write: true, create: true, truncate: true };
      const file = context.machine.files.open(context.process, path, mode);
      if (typeof file === "number") throw job.fail(`${path}: ${fileErrorText(file)}`);
      file.write(piece);
      file.release();
    }
    return undefined;
  },
);

function piecesOf(job: Job, text: string): string[] {
  const octets = job.given.value("b");
  const wanted = octets ?? job.given.value("l") ?? "1000";
  const count = parseCount(wanted);
  if (count === undefined || count === 0)
    throw job.fail(
      `invalid number of ${octets === undefined ? "lines" : "bytes"}: ${job.quote.word(wanted)}${count === 0 ? `: ${fileErrorText(34)}` : ""}`,
    );
  const parts = octets === undefined ? (text.match(/[^\n]*\n|[^\n]+/g) ?? []) : null;
  const pieces: string[] = [];
  const length = parts === null ? text.length : parts.length;
  for (let at = 0; at < length; at += count)
    pieces.push(parts === null ? text.slice(at, at + count) : parts.slice(at, at + count).join(""));
  return pieces;
}

/** `aa`, `ab` … or `00`, `01` …; null when there are none left. */
function suffixOf(index: number, width: number, base: number): string | null {
  let text = "";
  let rest = index;
  for (let i = 0; i < width; i++) {
    const digit = rest % base;
    text = (base === 10 ? String(digit) : String.fromCharCode(97 + digit)) + text;
    rest = Math.floor(rest / base);
  }
  return rest > 0 ? null : text;
}
