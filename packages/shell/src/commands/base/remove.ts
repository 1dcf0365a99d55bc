/** rm (coreutils). It never asks: nobody writes-protects anything against root. */
import { flag } from "../../options/getopt.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import type { Node } from "../../vfs/node.ts";
import { basename, normalise } from "../../vfs/path.ts";
import { type Job, type Run, tool } from "./tool.ts";
import { namesIn } from "./tree.ts";

export const rm = tool(
  "/usr/bin/rm",
  {
    options: [
      flag("f", "force", "f"),
      flag("i", "", "i"),
      flag("r", "recursive", "r"),
      flag("R", "", "r"),
      flag("d", "dir", "d"),
      flag("v", "verbose", "v"),
      flag("", "no-preserve-root", "no-preserve-root"),
      flag("", "preserve-root", "preserve-root"),
    ],
  },
  function* (job) {
    const { given, operands } = job;
    if (operands.length === 0) {
      if (given.has("f")) return 0;
      throw job.misused("missing operand");
    }
    for (const name of operands) yield* removeOperand(job, name);
    return undefined;
  },
);

function* removeOperand(job: Job, name: string): Run<void> {
  const { context, given, quote } = job;
  const { files } = context.machine;
  const recursive = given.has("r");
  const last = basename(name);
  const node = files.resolve(name, context.cwd, false, context.process);
  if (recursive && (last === "." || last === ".."))
    return yield* job.complain(
      `refusing to remove '.' or '..' directory: skipping ${quote.file(name)}`,
    );
  if (recursive && normalise(name, context.cwd) === "/" && !given.has("no-preserve-root")) {
    const what = name === "/" ? "'/'" : `${quote.file(name)} (same as '/')`;
    yield* job.complain(`it is dangerous to operate recursively on ${what}`);
    return yield* job.complain("use --no-preserve-root to override this failsafe");
  }
  if (typeof node === "number") {
    const missing = node === FileError.ENOENT || node === FileError.ENOTDIR;
    if (missing && given.has("f")) return;
    return yield* job.complain(`cannot remove ${quote.file(name)}: ${fileErrorText(node)}`);
  }
  yield* remove(job, name, node);
}

function* remove(job: Job, name: string, node: Node): Run<void> {
  const { context, given, quote } = job;
  const { files } = context.machine;
  const isDirectory = node.kind === "directory";
  if (isDirectory && !given.has("r") && !given.has("d")) {
    const why = fileErrorText(FileError.EISDIR);
    return yield* job.complain(`cannot remove ${quote.file(name)}: ${why}`);
  }
  if (isDirectory && given.has("r") && node.provider === null) {
    for (const child of namesIn(node, context.process)) {
      const below = node.entries.get(child);
      if (below !== undefined) yield* remove(job, `${name.replace(/\/+$/, "")}/${child}`, below);
    }
  }
  const errno = isDirectory ? files.rmdir(name, context.cwd) : files.unlink(name, context.cwd);
  if (errno !== 0)
    yield* job.complain(`cannot remove ${quote.file(name)}: ${fileErrorText(errno)}`);
  else if (given.has("v"))
    yield* context.out(`removed ${isDirectory ? "directory " : ""}${quote.file(name)}\n`);
}
