/** cp, mv and install (coreutils): what one call copies or moves where. Ownership, sparse files and backups are left out. */
import type { Command } from "../../command.ts";
import { flag, type GetoptOption, valued } from "../../options/getopt.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import { directory, type Node, regularFile } from "../../vfs/node.ts";
import { basename, normalise } from "../../vfs/path.ts";
import { slurp } from "./input.ts";
import { applyMode, parseMode } from "./mode.ts";
import { type Job, type Run, tool } from "./tool.ts";
import { namesIn } from "./tree.ts";

/** Sources, and for each the path it goes to. */
function* destinations(job: Job): Generator<readonly [string, string], void, void> {
  const { given, operands, quote, context } = job;
  const [first] = operands;
  const into = given.value("t");
  if (first === undefined) throw job.misused("missing file operand");
  if (operands.length === 1 && into === undefined)
    throw job.misused(`missing destination file operand after ${quote.file(first)}`);
  const target = into ?? (operands[operands.length - 1] as string);
  const sources = into === undefined ? operands.slice(0, -1) : operands;
  const node = context.machine.files.resolve(target, context.cwd);
  const isDirectory = typeof node !== "number" && node.kind === "directory";
  if (!isDirectory && (sources.length > 1 || into !== undefined)) {
    const why = typeof node === "number" ? fileErrorText(node) : fileErrorText(FileError.ENOTDIR);
    throw job.fail(`target ${into === undefined ? "" : "directory "}${quote.file(target)}: ${why}`);
  }
  for (const source of sources) {
    const below = `${target.replace(/(.)\/+$/, "$1")}/${basename(source)}`.replace(/^\/\//, "/");
    yield [source, isDirectory && !given.has("T") ? below : target];
  }
}

const COMMON: readonly GetoptOption<string>[] = [
  flag("f", "force", "f"),
  flag("i", "interactive", "i"),
  flag("n", "no-clobber", "n"),
  flag("u", "update", "u"),
  flag("v", "verbose", "v"),
  flag("T", "no-target-directory", "T"),
  valued("t", "target-directory", "t"),
];

export const cp = tool(
  "/usr/bin/cp",
  {
    options: [
      ...COMMON,
      flag("r", "recursive", "r"),
      flag("R", "", "r"),
      flag("a", "archive", "r"),
      flag("p", "preserve", "p"),
      flag("L", "dereference", "L"),
      flag("P", "no-dereference", "P"),
      flag("d", "", "P"),
    ],
  },
  function* (job) {
    for (const [from, to] of destinations(job)) yield* copyOperand(job, from, to);
    return undefined;
  },
);

function* copyOperand(job: Job, from: string, to: string): Run<void> {
  const { context, given, quote } = job;
  const { files } = context.machine;
  const recursive = given.has("r");
  const node = files.resolve(from, context.cwd, !recursive || given.has("L"), context.process);
  if (typeof node === "number")
    return yield* job.complain(`cannot stat ${quote.file(from)}: ${fileErrorText(node)}`);
  if (node.kind === "directory" && !recursive)
    return yield* job.complain(`-r not specified; omitting directory ${quote.file(from)}`);
  const [source, target] = [normalise(from, context.cwd), normalise(to, context.cwd)];
  if (node.kind === "directory" && target.startsWith(`${source}/`))
    return yield* job.complain(
      `cannot copy a directory, ${quote.file(from)}, into itself, ${quote.file(to)}`,
    );
  if (files.resolve(to, context.cwd) === node)
    return yield* job.complain(`${quote.file(from)} and ${quote.file(to)} are the same file`);
  yield* copy(job, from, to, node);
}

function* copy(job: Job, from: string, to: string, node: Node): Run<void> {
  const { context, given, quote } = job;
  const { files, now } = context.machine;
  const there = files.resolve(to, context.cwd);
  if (node.kind !== "directory" && typeof there !== "number") {
    if (given.has("n")) return;
    if (there.kind === "directory")
      return yield* job.complain(`cannot overwrite directory ${quote.file(to)} with non-directory`);
  }
  if (node.kind === "directory") {
    const isThere = typeof there !== "number" && there.kind === "directory";
    const errno = isThere ? 0 : files.create(to, context.cwd, directory(now, node.mode));
    if (errno !== 0)
      return yield* job.complain(
        `cannot create directory ${quote.file(to)}: ${fileErrorText(errno)}`,
      );
    if (given.has("v")) yield* context.out(`${quote.file(from)} -> ${quote.file(to)}\n`);
    for (const name of namesIn(node, context.process)) {
      const below = node.entries.get(name);
      if (below !== undefined) yield* copy(job, `${from}/${name}`, `${to}/${name}`, below);
    }
    return;
  }
  const errno = yield* copyFile(job, from, to, node);
  if (errno !== 0)
    yield* job.complain(`cannot create regular file ${quote.file(to)}: ${fileErrorText(errno)}`);
  else if (given.has("v")) yield* context.out(`${quote.file(from)} -> ${quote.file(to)}\n`);
}

/** The errno of what went wrong at the target. */
function* copyFile(job: Job, from: string, to: string, node: Node): Run<number> {
  const { context, given } = job;
  const { files, now } = context.machine;
  if (node.kind === "link")
    return files.create(to, context.cwd, {
      kind: "link",
      mode: 0o777,
      modified: now,
      target: node.target,
    });
  if (node.kind === "file" && node.program !== null) {
    files.unlink(to, context.cwd);
    return files.create(to, context.cwd, regularFile(now, node.content, node.mode, node.program));
  }
  const text = yield* slurp(context, from);
  if (typeof text === "number") return text;
  const mode = { read: false, write: true, create: true, truncate: true, mode: node.mode & 0o777 };
  const file = files.open(context.process, to, mode);
  if (typeof file === "number") return file;
  const count = text === "" ? 0 : file.write(text);
  file.release();
  const copied = files.resolve(to, context.cwd);
  if (given.has("p") && typeof copied !== "number") copied.modified = node.modified;
  return count < 0 ? -count : 0;
}

export const mv = tool("/usr/bin/mv", { options: COMMON }, function* (job) {
  const { context, given, quote } = job;
  const { files } = context.machine;
  for (const [from, to] of destinations(job)) {
    const node = files.resolve(from, context.cwd, false, context.process);
    if (typeof node === "number") {
      yield* job.complain(`cannot stat ${quote.file(from)}: ${fileErrorText(node)}`);
      continue;
    }
    const there = files.resolve(to, context.cwd, false);
    if (there === node) {
      yield* job.complain(`${quote.file(from)} and ${quote.file(to)} are the same file`);
      continue;
    }
    if (typeof there !== "number" && given.has("n")) continue;
    const errno = files.rename(from, to, context.cwd);
    if (errno === FileError.EINVAL)
      yield* job.complain(
        `cannot move ${quote.file(from)} to a subdirectory of itself, ${quote.file(to)}`,
      );
    else if (errno === FileError.EISDIR)
      yield* job.complain(`cannot overwrite directory ${quote.file(to)} with non-directory`);
    else if (errno !== 0)
      yield* job.complain(
        `cannot move ${quote.file(from)} to ${quote.file(to)}: ${fileErrorText(errno)}`,
      );
    else if (given.has("v"))
      yield* context.out(`renamed ${quote.file(from)} -> ${quote.file(to)}\n`);
  }
  return undefined;
});

export const install: Command = tool(
  "/usr/bin/install",
  {
    options: [
      ...COMMON,
      flag("d", "directory", "d"),
      flag("D", "", "D"),
      valued("m", "mode", "m"),
      valued("o", "owner", "o"),
      valued("g", "group", "g"),
    ],
  },
  function* (job) {
    const { context, given, operands, quote } = job;
    const { files } = context.machine;
    const written = given.value("m") ?? "755";
    const changes = parseMode(written);
    if (changes === undefined) throw job.fail(`invalid mode ${quote.word(written)}`);
    if (given.has("d")) {
      for (const name of operands) files.makeDirectories(normalise(name, context.cwd));
      return 0;
    }
    for (const [from, to] of destinations(job)) {
      if (given.has("D")) files.makeDirectories(normalise(`${to}/..`, context.cwd));
      yield* copyOperand(job, from, to);
      const node = files.resolve(to, context.cwd);
      if (typeof node !== "number") node.mode = applyMode(changes, 0, false, 0);
    }
    return undefined;
  },
);
