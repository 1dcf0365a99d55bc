/** dmesg (util-linux 2.38): what the kernel said. Left out: colours, facilities other than kern, --since and --until. */

import type { KernelMessage } from "../../kernel/kernel-log.ts";
import { flag, valued } from "../../options/getopt.ts";
import { on } from "../../process/wait.ts";
import { momentOf } from "../../time/moment.ts";
import { strftime } from "../../time/strftime.ts";
import { type Job, type Run, tool } from "./tool.ts";

const LEVELS = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"];

function levelsOf(job: Job): ReadonlySet<number> | null {
  const list = job.given.value("l");
  if (list === undefined) return null;
  const chosen = new Set<number>();
  for (const name of list.split(",")) {
    const level = LEVELS.indexOf(name);
    if (level < 0) throw job.fail(`unknown level '${name}'`);
    chosen.add(level);
  }
  return chosen;
}

function stamp({ at }: KernelMessage, job: Job): string {
  const { given } = job;
  if (given.has("t")) return "";
  if (given.has("T")) return `[${strftime("%a %b %e %H:%M:%S %Y", momentOf(at))}] `;
  const microseconds = Math.floor(at / 1000);
  const seconds = Math.floor(microseconds / 1_000_000);
  return `[${String(seconds).padStart(5)}.${String(microseconds % 1_000_000).padStart(6, "0")}] `;
}

function textOf(message: KernelMessage, job: Job): string {
  const { given } = job;
  const line = `${stamp(message, job)}${message.text}\n`;
  if (given.has("r")) return `<${message.level}>${line}`;
  return given.has("x") ? `kern  :${LEVELS[message.level]?.padEnd(6)}: ${line}` : line;
}

function* print(messages: readonly KernelMessage[], job: Job): Run<void> {
  const levels = levelsOf(job);
  const shown = messages.filter(({ level }) => levels === null || levels.has(level));
  if (shown.length > 0)
    yield* job.context.out(shown.map((message) => textOf(message, job)).join(""));
}

export const dmesg = tool(
  "/usr/bin/dmesg",
  {
    version: "util-linux 2.38.1)",
    usage: "[options]",
    options: [
      flag("C", "clear", "C"),
      flag("c", "read-clear", "c"),
      flag("k", "kernel", "k"),
      valued("l", "level", "l"),
      valued("n", "console-level", "n"),
      flag("P", "nopager", "P"),
      flag("r", "raw", "r"),
      flag("T", "ctime", "T"),
      flag("t", "notime", "t"),
      flag("u", "userspace", "u"),
      flag("W", "follow-new", "W"),
      flag("w", "follow", "w"),
      flag("x", "decode", "x"),
    ],
  },
  function* (job) {
    const { given, operands } = job;
    const { log } = job.context.machine;
    if (operands.length > 0) throw job.misused("bad usage");
    levelsOf(job);
    if (given.has("C") || given.has("n")) {
      if (given.has("C")) log.clear();
      return 0;
    }
    let seen = log.count;
    if (!given.has("W") && !given.has("u")) yield* print(log.all(), job);
    if (given.has("c")) log.clear();
    while (given.has("w") || given.has("W")) {
      if (log.count === seen) yield on(log.told);
      const fresh = log.since(seen);
      seen = log.count;
      yield* print(fresh, job);
    }
    return 0;
  },
);
