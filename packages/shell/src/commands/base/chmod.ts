/** chmod and chown (coreutils). Everybody is root and owns everything, so chown only looks whether the file is there. */
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import type { Node } from "../../vfs/node.ts";
import { applyMode, type ModeChange, parseMode } from "./mode.ts";
import { type Job, type Run, tool } from "./tool.ts";
import { childOf, namesIn, permissionText } from "./tree.ts";

/** `-w` and the like are modes, not options. */
const MODE_LETTERS = "rwxXstugoa";

export const chmod = tool(
  "/usr/bin/chmod",
  {
    options: [
      flag("R", "recursive", "R"),
      flag("v", "verbose", "v"),
      flag("c", "changes", "c"),
      flag("f", "silent", "f"),
      flag("f", "quiet", "f"),
      valued("", "reference", "reference"),
      ...Array.from(
        MODE_LETTERS,
        (short) => ({ short, long: "", value: "optional", tag: "mode" }) as const,
      ),
    ],
  },
  function* (job) {
    const { context, given, quote } = job;
    const operands = job.operands.slice();
    const written = given.options.find(({ tag }) => tag === "mode");
    const reference = given.value("reference");
    const text = written === undefined ? operands[0] : `${written.typed}${written.value}`;
    if (written === undefined && reference === undefined) operands.shift();
    if (text === undefined) throw job.misused("missing operand");
    if (operands.length === 0) throw job.misused(`missing operand after ${quote.word(text)}`);
    const changes = reference === undefined ? parseMode(text) : modeLike(job, reference);
    if (changes === undefined) throw job.misused(`invalid mode: ${quote.word(text)}`);
    for (const name of operands) {
      const node = context.machine.files.resolve(name, context.cwd, true, context.process);
      if (typeof node !== "number") yield* change(job, name, node, changes);
      else if (given.has("f")) job.status = 1;
      else yield* job.complain(`cannot access ${quote.file(name)}: ${fileErrorText(node)}`);
    }
    return undefined;
  },
);

function modeLike(job: Job, name: string): ModeChange[] {
  const node = job.context.machine.files.resolve(name, job.context.cwd);
  if (typeof node === "number")
    throw job.fail(`failed to get attributes of ${job.quote.file(name)}: ${fileErrorText(node)}`);
  return [{ who: 0o7777, operator: "=", bits: node.mode }];
}

function* change(job: Job, name: string, node: Node, changes: readonly ModeChange[]): Run<void> {
  const { context, given, quote } = job;
  const before = node.mode;
  const after = applyMode(changes, before, node.kind === "directory", context.process.umask);
  node.mode = after;
  const show = (mode: number): string =>
    `${mode.toString(8).padStart(4, "0")} (${permissionText(mode)})`;
  if (before !== after && (given.has("v") || given.has("c")))
    yield* context.out(
      `mode of ${quote.file(name)} changed from ${show(before)} to ${show(after)}\n`,
    );
  else if (given.has("v"))
    yield* context.out(`mode of ${quote.file(name)} retained as ${show(after)}\n`);
  if (!given.has("R") || node.kind !== "directory") return;
  for (const child of namesIn(node, context.process)) {
    const below = childOf(node, child, context.process);
    if (below !== undefined && below.kind !== "link")
      yield* change(job, `${name.replace(/\/+$/, "")}/${child}`, below, changes);
  }
}

export const chown = tool(
  "/usr/bin/chown",
  {
    options: [
      flag("R", "recursive", "R"),
      flag("h", "no-dereference", "h"),
      flag("v", "verbose", "v"),
    ],
    aliases: ["/usr/bin/chgrp"],
  },
  function* (job) {
    const [owner, ...names] = job.operands;
    const { context, quote } = job;
    if (owner === undefined) throw job.misused("missing operand");
    if (names.length === 0) throw job.misused(`missing operand after ${quote.word(owner)}`);
    for (const name of names) {
      const node = context.machine.files.resolve(name, context.cwd, true, context.process);
      if (typeof node === "number")
        yield* job.complain(`cannot access ${quote.file(name)}: ${fileErrorText(node)}`);
    }
    return undefined;
  },
);
