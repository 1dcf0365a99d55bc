/** sysctl (procps 4.0.2): variables of /proc/sys by name. `--system` and patterns are left out. */
import { flag, type GetoptOption, valued } from "../../options/getopt.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import type { Node } from "../../vfs/node.ts";
import { linesOf, slurp } from "./input.ts";
import { type Job, type Run, tool } from "./tool.ts";
import { childOf, namesIn } from "./tree.ts";

const ROOT = "/proc/sys/";

const OPTIONS: readonly GetoptOption<string>[] = [
  flag("a", "all", "a"),
  flag("A", "", "a"),
  flag("X", "", "a"),
  flag("b", "binary", "b"),
  flag("e", "ignore", "e"),
  flag("N", "names", "N"),
  flag("n", "values", "n"),
  { short: "p", long: "load", value: "optional", tag: "p" },
  { short: "f", long: "", value: "optional", tag: "p" },
  flag("q", "quiet", "q"),
  flag("w", "write", "w"),
  valued("r", "pattern", "r"),
];

export const sysctl = tool(
  "/usr/sbin/sysctl",
  { options: OPTIONS, version: "procps-ng) 4.0.2", usage: "[options] [variable[=value] ...]" },
  function* (job) {
    const { context, given, operands } = job;
    if (given.has("a")) {
      yield* showTree(job, ROOT.slice(0, -1), "", true);
      return job.status;
    }
    if (given.has("p")) {
      const names = [given.value("p") ?? "", ...operands].filter((name) => name !== "");
      for (const name of names.length === 0 ? ["/etc/sysctl.conf"] : names) yield* load(job, name);
      return job.status;
    }
    if (operands.length === 0) {
      if (given.options.length === 0) {
        yield* context.err("\nUsage:\n sysctl [options] [variable[=value] ...]\n");
        return 1;
      }
      yield* context.err(
        `${job.name}: no variables specified\nTry \`${job.name} --help' for more information.\n`,
      );
      return 1;
    }
    for (const word of operands) {
      const isChange = given.has("w") || word.includes("=");
      if (!isChange) yield* show(job, word);
      else if (word.includes("=")) yield* change(job, word);
      else yield* job.complain("command line(0): invalid syntax, continuing...");
    }
    return undefined;
  },
);

/**
 * A name as a path below /proc/sys: the first separator that occurs is the one between directories, the other kind stands
 * for a dot inside a name.
 */
function pathOf(name: string): string {
  const separator = /[./]/.exec(name)?.[0] ?? ".";
  if (separator === "/") return name.replace(/^\/?(proc\/sys\/)?/, "");
  return Array.from(name, (c) => (c === "." ? "/" : c === "/" ? "." : c)).join("");
}

const nameOf = (path: string): string =>
  Array.from(path, (c) => (c === "." ? "/" : c === "/" ? "." : c)).join("");

function* show(job: Job, word: string): Run<void> {
  const { context, given } = job;
  const path = pathOf(word.replace(/^-/, ""));
  const { files } = context.machine;
  const node = files.resolve(ROOT + path, "/", true, context.process);
  if (typeof node === "number") {
    if (!given.has("e")) yield* job.complain(`cannot stat ${ROOT}${path}: ${fileErrorText(node)}`);
  } else if (node.kind === "directory") yield* showTree(job, ROOT + path, path, false);
  else yield* showFile(job, path, node, false);
}

/** A file that cannot be read is passed over in a listing of all. */
function* showFile(job: Job, path: string, node: Node, quietly: boolean): Run<void> {
  const { context, given } = job;
  const name = nameOf(path);
  if (given.has("N")) {
    yield* context.out(`${name}\n`);
    return;
  }
  const text = yield* read(job, ROOT + path, node);
  if (typeof text === "number") {
    if (quietly && (text === FileError.EACCES || text === FileError.EIO)) return;
    if (text === FileError.EACCES) yield* job.complain(`permission denied on key '${name}'`);
    else yield* job.complain(`reading key "${name}": ${fileErrorText(text)}`);
    return;
  }
  if (given.has("b")) {
    yield* context.out(text.replace(/\n$/, ""));
    return;
  }
  for (const line of linesOf(text))
    yield* context.out(given.has("n") ? `${line}\n` : `${name} = ${line}\n`);
}

function* showTree(job: Job, folder: string, path: string, quietly: boolean): Run<void> {
  const { context } = job;
  const node = context.machine.files.resolve(folder, "/", true, context.process);
  if (typeof node === "number" || node.kind !== "directory") return;
  for (const name of namesIn(node, context.process)) {
    const child = childOf(node, name, context.process);
    const below = path === "" ? name : `${path.replace(/\/$/, "")}/${name}`;
    if (child?.kind === "directory") yield* showTree(job, `${folder}/${name}`, below, quietly);
    else if (child !== undefined) yield* showFile(job, below, child, quietly);
  }
}

function* change(job: Job, word: string): Run<void> {
  const { context, given } = job;
  const equals = word.indexOf("=");
  const written = word.slice(0, equals).trim();
  const mayFail = written.startsWith("-");
  const path = pathOf(written.replace(/^-/, ""));
  const value = word.slice(equals + 1).trim();
  const name = nameOf(path);
  const { files } = context.machine;
  const node = files.resolve(ROOT + path, "/", true, context.process);
  if (typeof node === "number") {
    if (!given.has("e") && !mayFail)
      yield* job.complain(`cannot stat ${ROOT}${path}: ${fileErrorText(node)}`);
    return;
  }
  const errno =
    (node.mode & 0o222) === 0 ? FileError.EACCES : write(job, ROOT + path, node, `${value}\n`);
  if (errno === FileError.EACCES || errno === FileError.EROFS)
    yield* job.complain(`permission denied on key "${name}"`);
  else if (errno !== 0) {
    if (!mayFail) yield* job.complain(`setting key "${name}": ${fileErrorText(errno)}`);
  } else if (!given.has("q"))
    yield* context.out(given.has("n") ? `${value}\n` : `${name} = ${value}\n`);
}

/** What open and read give; a file of /proc is asked at once, since its path was walked already. */
function* read({ context }: Job, path: string, node: Node): Run<string | number> {
  if ((node.mode & 0o444) === 0) return FileError.EACCES;
  return node.kind === "synthetic" ? node.read(context.process) : yield* slurp(context, path);
}

function write({ context }: Job, path: string, node: Node, text: string): number {
  if (node.kind === "synthetic") return node.write(context.process, text);
  const file = context.machine.files.open(context.process, path, { read: false, write: true });
  if (typeof file === "number") return file;
  const count = file.write(text);
  file.release();
  return count < 0 ? -count : 0;
}

/** `-p FILE`: lines of `name = value`; `#` and `;` begin comments. */
function* load(job: Job, name: string): Run<void> {
  const { context } = job;
  const text = yield* slurp(context, name);
  if (typeof text === "number") {
    yield* job.complain(`cannot open "${name}": ${fileErrorText(text)}`);
    return;
  }
  let number = 0;
  for (const line of linesOf(text)) {
    number++;
    const trimmed = line.trim();
    if (trimmed === "" || /^[#;]/.test(trimmed)) continue;
    if (trimmed.includes("=")) yield* change(job, trimmed);
    else yield* job.complain(`${name}(${number}): invalid syntax, continuing...`, 0);
  }
}
