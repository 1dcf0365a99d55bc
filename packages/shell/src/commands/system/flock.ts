/** flock (util-linux): whole files are locked by name for as long as a command runs, or by descriptor until the process that asked ends. */
import { type Instant, later, seconds } from "@lvsim/core";
import type { Kernel } from "../../kernel/kernel.ts";
import { flag, valued } from "../../options/getopt.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import type { Process } from "../../process/process.ts";
import { on } from "../../process/wait.ts";
import type { Node } from "../../vfs/node.ts";
import { runChild } from "../base/run-child.ts";
import { type Job, type Run, tool } from "../base/tool.ts";

interface Lock {
  readonly shared: boolean;
  readonly owner: Process;
}

/** Locks of a machine's files. */
const LOCKS = new WeakMap<Node, Lock[]>();

export const flock = tool(
  "/usr/bin/flock",
  {
    options: [
      flag("s", "shared", "s"),
      flag("x", "exclusive", "x"),
      flag("e", "", "x"),
      flag("u", "unlock", "u"),
      flag("n", "nonblock", "n"),
      flag("n", "nb", "n"),
      valued("w", "timeout", "w"),
      flag("o", "close", "o"),
      valued("E", "conflict-exit-code", "E"),
      valued("c", "command", "c"),
      flag("F", "no-fork", "F"),
    ],
    stopsAtOperand: true,
    version: "util-linux) 2.38.1",
  },
  function* (job) {
    const { context, given, operands } = job;
    const [name, ...rest] = operands;
    if (name === undefined) throw job.misused("not enough arguments", 64);
    const text =
      given.value("c") ?? (rest[0] === "-c" || rest[0] === "--command" ? rest[1] : undefined);
    const command = text === undefined ? rest : ["/bin/sh", "-c", text];
    if (command.length === 0) return yield* byDescriptor(job, name);
    const node = lockFile(job, name);
    const held = yield* acquire(job, node, context.process);
    if (!held) return Number(given.value("E") ?? 1);
    try {
      const status = yield* runChild(context, command);
      if (typeof status === "number") return status;
      const why = fileErrorText(status.errno);
      throw job.fail(
        `failed to execute ${command[0]}: ${why}`,
        status.errno === FileError.ENOENT ? 69 : 126,
      );
    } finally {
      release(node, context.process, context.machine);
    }
  },
);

/** `flock 9`: the lock belongs to the shell that has the descriptor, and goes with it. */
function* byDescriptor(job: Job, name: string): Run<number> {
  const { context, given } = job;
  if (!/^\d+$/.test(name)) throw job.fail(`bad file descriptor: '${name}'`, 64);
  const file = context.process.descriptors.get(Number(name));
  if (file === undefined) throw job.fail(`${name}: ${fileErrorText(FileError.EBADF)}`, 65);
  const node = "node" in file ? (file.node as Node) : null;
  const owner = context.process.parent ?? context.process;
  if (node === null) return 0;
  if (given.has("u")) {
    release(node, owner, context.machine);
    return 0;
  }
  return (yield* acquire(job, node, owner)) ? 0 : Number(given.value("E") ?? 1);
}

function lockFile(job: Job, name: string): Node {
  const { machine, process } = job.context;
  const found = machine.files.resolve(name, process.cwd, true, process);
  if (typeof found !== "number") return found;
  const file = machine.files.open(process, name, { read: true, write: true, create: true });
  if (typeof file === "number")
    throw job.fail(`cannot open lock file ${name}: ${fileErrorText(file)}`, 66);
  file.release();
  const made = machine.files.resolve(name, process.cwd, true, process);
  if (typeof made === "number")
    throw job.fail(`cannot open lock file ${name}: ${fileErrorText(made)}`, 66);
  return made;
}

const holders = (node: Node): Lock[] => (LOCKS.get(node) ?? []).filter(({ owner }) => owner.alive);

function* acquire(job: Job, node: Node, owner: Process): Run<boolean> {
  const { context, given } = job;
  const shared = given.last("s", "x") === "s";
  const limit: Instant | null = given.has("w")
    ? later(context.machine.now, seconds(Number(given.value("w"))))
    : null;
  for (;;) {
    const others = holders(node).filter((lock) => lock.owner !== owner);
    if (others.every((lock) => shared && lock.shared)) {
      LOCKS.set(node, [...others, { shared, owner }]);
      return true;
    }
    if (given.has("n") || (limit !== null && context.machine.now >= limit)) return false;
    // a lock goes when its owner ends, at the latest
    yield on(context.machine.anyEnded, limit);
  }
}

function release(node: Node, owner: Process, machine: Kernel): void {
  LOCKS.set(
    node,
    holders(node).filter((lock) => lock.owner !== owner),
  );
  machine.anyEnded.wake();
}
