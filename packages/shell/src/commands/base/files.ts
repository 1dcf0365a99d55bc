/** mkdir, rmdir, touch, ln (coreutils). */
import { flag, valued } from "../../options/getopt.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import { instantOf, parseMoment } from "../../time/moment.ts";
import { directory, regularFile } from "../../vfs/node.ts";
import { basename, dirname } from "../../vfs/path.ts";
import { applyMode, parseMode } from "./mode.ts";
import { type Job, type Run, tool } from "./tool.ts";

export const mkdir = tool(
  "/usr/bin/mkdir",
  {
    options: [
      flag("p", "parents", "p"),
      valued("m", "mode", "m"),
      flag("v", "verbose", "v"),
      flag("Z", "", "Z"),
    ],
  },
  function* (job) {
    const { given, operands, quote } = job;
    if (operands.length === 0) throw job.misused("missing operand");
    const written = given.value("m");
    const changes = written === undefined ? [] : parseMode(written);
    if (changes === undefined) throw job.fail(`invalid mode ${quote.word(written ?? "")}`);
    for (const name of operands) {
      if (given.has("p")) yield* makeParents(job, name);
      const last = !given.has("p") || !isDirectory(job, name);
      if (!last) continue;
      const mode = applyMode(changes, 0o777, true, job.context.process.umask);
      yield* make(job, name, written === undefined ? 0o777 & ~job.context.process.umask : mode);
    }
    return undefined;
  },
);

function isDirectory({ context }: Job, name: string): boolean {
  const node = context.machine.files.resolve(name, context.cwd);
  return typeof node !== "number" && node.kind === "directory";
}

function* makeParents(job: Job, name: string): Run<void> {
  const parent = dirname(name);
  if (parent === "." || parent === "/" || isDirectory(job, parent)) return;
  yield* makeParents(job, parent);
  if (job.status === 0) yield* make(job, parent, 0o777 & ~job.context.process.umask);
}

function* make(job: Job, name: string, mode: number): Run<void> {
  const { context, quote } = job;
  const { machine, cwd } = context;
  const path = name.replace(/(.)\/+$/, "$1");
  const errno = machine.files.create(path, cwd, directory(machine.now, mode));
  if (errno !== 0) {
    // mkdir quotes with the locale's marks, unlike its sisters
    yield* job.complain(`cannot create directory ${quote.word(name)}: ${fileErrorText(errno)}`);
  } else if (job.given.has("v"))
    yield* context.out(`${job.name}: created directory ${quote.file(name)}\n`);
}

export const rmdir = tool(
  "/usr/bin/rmdir",
  {
    options: [
      flag("p", "parents", "p"),
      flag("v", "verbose", "v"),
      flag("", "ignore-fail-on-non-empty", "ignore"),
    ],
  },
  function* (job) {
    const { context, given, operands, quote } = job;
    if (operands.length === 0) throw job.misused("missing operand");
    for (const operand of operands) {
      const names = [operand];
      for (let up = dirname(operand); given.has("p") && up !== "." && up !== "/"; up = dirname(up))
        names.push(up);
      for (const name of names) {
        if (given.has("v"))
          yield* context.out(`${job.name}: removing directory, ${quote.file(name)}\n`);
        const errno = context.machine.files.rmdir(name, context.cwd);
        if (errno === 0) continue;
        const quiet = errno === FileError.ENOTEMPTY && given.has("ignore");
        const what = name === operand ? "" : "directory ";
        if (!quiet)
          yield* job.complain(
            `failed to remove ${what}${quote.file(name)}: ${fileErrorText(errno)}`,
          );
        break;
      }
    }
    return undefined;
  },
);

export const touch = tool(
  "/usr/bin/touch",
  {
    options: [
      flag("a", "", "a"),
      flag("c", "no-create", "c"),
      valued("d", "date", "d"),
      flag("h", "no-dereference", "h"),
      flag("m", "", "m"),
      valued("r", "reference", "r"),
      valued("t", "", "t"),
    ],
  },
  function* (job) {
    const { context, given, operands, quote } = job;
    const { machine, cwd } = context;
    if (operands.length === 0) throw job.misused("missing file operand");
    const written = given.value("d");
    const asked = written === undefined ? undefined : parseMoment(written, machine.now);
    if (written !== undefined && asked === undefined)
      throw job.fail(`invalid date format ${quote.word(written)}`);
    let when = asked === undefined ? machine.now : instantOf(asked);
    const reference = given.value("r");
    if (reference !== undefined) {
      const node = machine.files.resolve(reference, cwd);
      if (typeof node === "number")
        throw job.fail(
          `failed to get attributes of ${quote.file(reference)}: ${fileErrorText(node)}`,
        );
      when = node.modified;
    }
    for (const name of operands) {
      const node = machine.files.resolve(name, cwd, !given.has("h"));
      if (typeof node !== "number") node.modified = when;
      else if (node !== FileError.ENOENT || !given.has("c")) {
        const mode = 0o666 & ~context.process.umask;
        const errno =
          node === FileError.ENOENT && !name.endsWith("/")
            ? machine.files.create(name, cwd, regularFile(when, "", mode))
            : node;
        if (errno !== 0)
          yield* job.complain(`cannot touch ${quote.file(name)}: ${fileErrorText(errno)}`);
      }
    }
    return undefined;
  },
);

export const ln = tool(
  "/usr/bin/ln",
  {
    options: [
      flag("s", "symbolic", "s"),
      flag("f", "force", "f"),
      flag("n", "no-dereference", "n"),
      flag("r", "relative", "r"),
      flag("T", "no-target-directory", "T"),
      flag("v", "verbose", "v"),
    ],
  },
  function* (job) {
    const { operands, given } = job;
    if (operands.length === 0) throw job.misused("missing file operand");
    const last = operands[operands.length - 1] as string;
    const intoDirectory =
      operands.length > 1 &&
      !given.has("T") &&
      isDirectory(job, last) &&
      !(given.has("n") && isLink(job, last));
    if (operands.length > 2 && !intoDirectory)
      throw job.fail(`target ${job.quote.file(last)}: ${fileErrorText(FileError.ENOTDIR)}`);
    const targets = operands.length === 1 ? operands : operands.slice(0, -1);
    for (const target of targets) {
      const path =
        operands.length === 1
          ? basename(target)
          : intoDirectory
            ? `${last.replace(/\/+$/, "")}/${basename(target)}`
            : last;
      yield* link(job, target, path);
    }
    return undefined;
  },
);

function isLink({ context }: Job, name: string): boolean {
  const node = context.machine.files.resolve(name, context.cwd, false);
  return typeof node !== "number" && node.kind === "link";
}

function* link(job: Job, target: string, path: string): Run<void> {
  const { context, given, quote } = job;
  const { files, now } = context.machine;
  const symbolic = given.has("s");
  const source = symbolic ? null : files.resolve(target, context.cwd, false);
  if (typeof source === "number") {
    yield* job.complain(`failed to access ${quote.file(target)}: ${fileErrorText(source)}`);
    return;
  }
  if (source?.kind === "directory") {
    yield* job.complain(`${quote.plain(target)}: hard link not allowed for directory`);
    return;
  }
  if (given.has("f")) files.unlink(path, context.cwd);
  const node = source ?? { kind: "link", mode: 0o777, modified: now, target };
  const errno = files.create(path, context.cwd, node);
  const kind = symbolic ? "symbolic" : "hard";
  const arrow = symbolic ? "" : ` => ${quote.file(target)}`;
  if (errno !== 0)
    yield* job.complain(
      `failed to create ${kind} link ${quote.file(path)}${arrow}: ${fileErrorText(errno)}`,
    );
  else if (given.has("v"))
    yield* context.out(`${quote.file(path)} ${symbolic ? "->" : "=>"} ${quote.file(target)}\n`);
}
