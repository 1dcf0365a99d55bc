/** sed 4.9: the stream editor. Input is read whole before it is edited. Files named by `r` and `w` are left out, as are `e`, `F`, `l` and `z`. */
import { flag, type GetoptOption, valued } from "../../options/getopt.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import { slurp } from "./input.ts";
import { parseScript } from "./sed-parse.ts";
import { SedMachine } from "./sed-run.ts";
import { type Job, type Run, tool } from "./tool.ts";

const OPTIONS: readonly GetoptOption<string>[] = [
  flag("n", "quiet", "n"),
  flag("n", "silent", "n"),
  valued("e", "expression", "e"),
  valued("f", "file", "f"),
  flag("E", "regexp-extended", "E"),
  flag("r", "", "E"),
  { short: "i", long: "in-place", value: "optional", tag: "i" },
  flag("s", "separate", "s"),
  flag("u", "unbuffered", "u"),
];

const USAGE = "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n";

export const sed = tool(
  "/usr/bin/sed",
  { options: OPTIONS, version: "GNU sed) 4.9" },
  function* (job): Run<number | undefined> {
    const { given, context } = job;
    const scripts: string[] = [];
    for (const { tag, value } of given.options) {
      if (tag === "e") scripts.push(value);
      if (tag !== "f") continue;
      const text = yield* slurp(context, value);
      if (typeof text === "number")
        throw job.fail(`couldn't open file ${value}: ${fileErrorText(text)}`);
      scripts.push(text.replace(/\n$/, ""));
    }
    const operands = job.operands.slice();
    if (scripts.length === 0) {
      const script = operands.shift();
      if (script === undefined) {
        yield* context.err(USAGE);
        return 1;
      }
      scripts.push(script);
    }
    const commands = parseScript(job, scripts.join("\n"), given.has("E"));
    const machine = new SedMachine(commands, given.has("n"));
    if (given.has("i")) return yield* editInPlace(job, operands, machine);
    return yield* editStream(job, operands.length === 0 ? ["-"] : operands, machine);
  },
);

/** All inputs are one stream: `$` is the last line of the last file. */
function* editStream(job: Job, names: readonly string[], machine: SedMachine): Run<number> {
  const texts: string[] = [];
  for (const name of names) {
    const text = yield* slurp(job.context, name);
    if (typeof text === "number") yield* complainOf(job, name, text);
    else texts.push(text);
  }
  yield* job.context.out(machine.edit(joined(texts)));
  return machine.status ?? job.status;
}

/** A file without a newline at its end gets one when another follows. */
function joined(texts: readonly string[]): string {
  const filled = texts.filter((text) => text !== "");
  return filled
    .map((text, i) => (i < filled.length - 1 && !text.endsWith("\n") ? `${text}\n` : text))
    .join("");
}

function* complainOf(job: Job, name: string, errno: number): Run<void> {
  if (errno === FileError.EISDIR)
    yield* job.complain(
      job.given.has("i")
        ? `couldn't edit ${name}: not a regular file`
        : `read error on ${name}: ${fileErrorText(errno)}`,
      4,
    );
  else yield* job.complain(`can't read ${name}: ${fileErrorText(errno)}`, 2);
}

function* editInPlace(job: Job, names: readonly string[], machine: SedMachine): Run<number> {
  const { context, given } = job;
  const { files } = context.machine;
  if (names.length === 0) throw job.fail("no input files", 4);
  for (const name of names) {
    const node = files.resolve(name, context.cwd, true, context.process);
    const errno = typeof node === "number" ? node : node.kind === "file" ? 0 : FileError.EISDIR;
    if (typeof node === "number" || node.kind !== "file") {
      yield* complainOf(job, name, errno);
      continue;
    }
    const path = name.startsWith("/") ? name : `${context.cwd}/${name}`;
    const before = node.content;
    const suffix = given.value("i") ?? "";
    if (suffix !== "") files.writeText(path + suffix, before, node.mode);
    files.writeText(path, machine.edit(before), node.mode);
  }
  return machine.status ?? job.status;
}
