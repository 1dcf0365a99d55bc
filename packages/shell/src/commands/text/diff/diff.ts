/** diff (diffutils 3.8): files and directories. Left out: -y, -e, -D, patterns, colours, tricks for large files. */
import { flag, valued } from "../../../options/getopt.ts";
import { FileError, fileErrorText } from "../../../process/errno.ts";
import { type Moment, momentOf } from "../../../time/moment.ts";
import { strftime } from "../../../time/strftime.ts";
import { basename } from "../../../vfs/path.ts";
import { linesOf, slurp } from "../../base/input.ts";
import { type Job, type Run, tool } from "../../base/tool.ts";
import { changesBetween } from "./edits.ts";
import { inContext, normal, type Side, unified } from "./formats.ts";

const OPTIONS = [
  flag("a", "text", "a"),
  flag("b", "ignore-space-change", "b"),
  flag("w", "ignore-all-space", "w"),
  flag("B", "ignore-blank-lines", "B"),
  flag("i", "ignore-case", "i"),
  flag("q", "brief", "q"),
  flag("r", "recursive", "r"),
  flag("N", "new-file", "N"),
  flag("s", "report-identical-files", "s"),
  flag("u", "", "u"),
  flag("c", "", "c"),
  flag("d", "minimal", "d"),
  valued("U", "", "U"),
  valued("C", "", "C"),
  { short: "", long: "unified", value: "optional", tag: "U" },
  { short: "", long: "context", value: "optional", tag: "C" },
  valued("L", "label", "L"),
  flag("", "strip-trailing-cr", "cr"),
  flag("", "normal", "normal"),
] as const;

/** Status when something could not be read. */
const TROUBLE = 2;

export const diff = tool(
  "/usr/bin/diff",
  { options: OPTIONS, usageStatus: TROUBLE, version: "GNU diffutils) 3.8", namesHint: true },
  function* (job) {
    const { context, operands } = job;
    const [first, second, third] = operands;
    if (first === undefined || second === undefined)
      throw job.misused(`missing operand after '${first ?? job.name}'`);
    if (third !== undefined) throw job.misused(`extra operand '${third}'`);
    const isDirectory = (name: string): boolean => {
      const node = context.machine.files.resolve(name, context.cwd, true, context.process);
      return typeof node !== "number" && node.kind === "directory";
    };
    const [left, right] = [isDirectory(first), isDirectory(second)];
    if (left && right) yield* directories(job, first, second);
    else if (left && second !== "-") yield* files(job, `${first}/${basename(second)}`, second, "");
    else if (right && first !== "-") yield* files(job, first, `${second}/${basename(first)}`, "");
    else yield* files(job, first, second, "");
    return undefined;
  },
);

function* directories(job: Job, left: string, right: string): Run<void> {
  const { context, given } = job;
  const entries = (path: string): ReadonlyMap<string, string> => {
    const node = context.machine.files.resolve(path, context.cwd, true, context.process);
    return typeof node === "number" || node.kind !== "directory"
      ? new Map()
      : new Map(Array.from(node.entries, ([name, { kind }]) => [name, kind]));
  };
  const [mine, theirs] = [entries(left), entries(right)];
  const options = job.context.argv
    .slice(1)
    .filter((word) => word.startsWith("-"))
    .join(" ");
  for (const name of [...new Set([...mine.keys(), ...theirs.keys()])].sort()) {
    const [a, b] = [mine.get(name), theirs.get(name)];
    if ((a === undefined || b === undefined) && !given.has("N")) {
      yield* context.out(`Only in ${a === undefined ? right : left}: ${name}\n`);
      job.status = Math.max(job.status, 1);
    } else if (a === "directory" && b === "directory") {
      if (given.has("r")) yield* directories(job, `${left}/${name}`, `${right}/${name}`);
      else yield* context.out(`Common subdirectories: ${left}/${name} and ${right}/${name}\n`);
    } else if (a !== undefined && b !== undefined && (a === "directory") !== (b === "directory")) {
      const what = (kind: string): string =>
        kind === "directory" ? "a directory" : "a regular file";
      yield* context.out(
        `File ${left}/${name} is ${what(a)} while file ${right}/${name} is ${what(b)}\n`,
      );
      job.status = Math.max(job.status, 1);
    } else
      yield* files(
        job,
        `${left}/${name}`,
        `${right}/${name}`,
        `diff ${options}${options === "" ? "" : " "}${left}/${name} ${right}/${name}\n`,
      );
  }
}

function* files(job: Job, first: string, second: string, title: string): Run<void> {
  const { context, given } = job;
  const left = yield* side(job, first, 0);
  const right = yield* side(job, second, 1);
  if (left === null || right === null) {
    job.status = TROUBLE;
    return;
  }
  const changes = changesBetween(comparable(job, left), comparable(job, right)).filter(
    ({ end, from, start, to }) => {
      const touched = [...left.lines.slice(from, to), ...right.lines.slice(start, end)];
      return !(given.has("B") && touched.every((line) => line === ""));
    },
  );
  if (changes.length === 0) {
    if (given.has("s")) yield* context.out(`Files ${first} and ${second} are identical\n`);
    return;
  }
  job.status = Math.max(job.status, 1);
  if (given.has("q")) {
    yield* context.out(`Files ${first} and ${second} differ\n`);
    return;
  }
  if (
    [left, right].some(({ lines }) => lines.some((line) => line.includes("\0"))) &&
    !given.has("a")
  ) {
    yield* context.out(`Binary files ${first} and ${second} differ\n`);
    return;
  }
  const style = given.last("u", "U", "c", "C", "normal") ?? "normal";
  const count = given.value("U") ?? given.value("C") ?? "";
  if (!/^\d*$/.test(count)) throw job.misused(`invalid context length '${count}'`);
  const around = count === "" ? 3 : Number(count);
  if (style === "normal") yield* context.out(title + normal(left, right, changes));
  else
    yield* context.out(
      title + (/u/i.test(style) ? unified : inContext)(left, right, changes, around),
    );
}

/** A last line without a newline is another line than one with. */
const UNENDED = "\n";

const comparable = ({ given }: Job, { endsInNewline, lines }: Side): string[] => {
  const simple = lines.map((line) => {
    let text = given.has("cr") ? line.replace(/\r$/, "") : line;
    if (given.has("w")) text = text.replace(/\s+/g, "");
    else if (given.has("b")) text = text.replace(/\s+$/, "").replace(/\s+/g, " ");
    return given.has("i") ? text.toLowerCase() : text;
  });
  const loose = given.has("w") || given.has("b");
  if (!endsInNewline && simple.length > 0 && !loose) simple[simple.length - 1] += UNENDED;
  return simple;
};

function* side(job: Job, name: string, index: number): Run<Side | null> {
  const { context, given } = job;
  const got = yield* slurp(context, name);
  const absent = got === FileError.ENOENT && given.has("N");
  if (typeof got === "number" && !absent) {
    yield* job.complain(`${name}: ${fileErrorText(got)}`, TROUBLE);
    return null;
  }
  const text = typeof got === "number" ? "" : got;
  const node = context.machine.files.resolve(name, context.cwd, true, context.process);
  const changed = absent
    ? EPOCH
    : momentOf(typeof node === "number" ? context.machine.now : node.modified);
  const label = given.values("L")[index];
  const style = given.last("c", "C");
  const form = style === undefined ? "%Y-%m-%d %H:%M:%S.%N %z" : "%a %b %e %H:%M:%S %Y";
  return {
    name: label ?? name,
    lines: linesOf(text),
    endsInNewline: text === "" || text.endsWith("\n"),
    stamp: label === undefined ? `\t${strftime(form, changed)}` : "",
  };
}

const EPOCH: Moment = { seconds: 0, nanoseconds: 0 };
