/**
 * logger and journalctl: one journal, which is the distribution's log file (/var/log/syslog, /var/log/messages) with the kernel's
 * messages among its lines. journalctl takes -u, -t, -n, -f, -k, -e, -r, --no-pager and -o cat; times, boots and fields are left out.
 */
import { later, seconds } from "@lvsim/core";
import type { Command } from "../../command.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { flag, valued } from "../../options/getopt.ts";
import { onAny } from "../../process/wait.ts";
import { type Moment, momentOf } from "../../time/moment.ts";
import { strftime } from "../../time/strftime.ts";
import { linesOf } from "../base/input.ts";
import { type Job, tool } from "../base/tool.ts";

const pathOf = ({ system }: Kernel): string =>
  system.distribution.id === "centos" ? "/var/log/messages" : "/var/log/syslog";

/** A line of the log; what comes first in it sorts. */
const stamp = (moment: Moment): string => strftime("%b %e %H:%M:%S", moment);

/** Puts a message into the machine's log, as syslog(3) does. */
export function logMessage(machine: Kernel, tag: string, text: string): void {
  const path = pathOf(machine);
  const line = `${stamp(momentOf(machine.now))} ${machine.hostname} ${tag}: ${text}\n`;
  machine.files.writeText(path, (machine.files.readText(path) ?? "") + line, 0o640);
}

const logger = tool(
  "/usr/bin/logger",
  {
    options: [
      valued("t", "tag", "t"),
      valued("p", "priority", "p"),
      flag("i", "", "i"),
      flag("s", "stderr", "s"),
      valued("f", "file", "f"),
    ],
    version: "util-linux) 2.38.1",
  },
  function* (job) {
    const { context, given, operands } = job;
    const { machine, process } = context;
    const priority = given.value("p");
    if (
      priority !== undefined &&
      !/^(?:(?:kern|user|mail|daemon|auth|syslog|lpr|news|cron|authpriv|ftp|local[0-7])\.)?(?:emerg|alert|crit|err|error|warning|warn|notice|info|debug|\d)$/.test(
        priority,
      )
    )
      throw job.fail(`unknown priority name: ${priority}`);
    const file = given.value("f");
    const text =
      operands.length > 0
        ? operands.join(" ")
        : file === undefined
          ? yield* context.readAll()
          : (machine.files.readText(file) ?? "");
    const tag = `${given.value("t") ?? "root"}${given.has("i") ? `[${process.pid}]` : ""}`;
    for (const line of linesOf(text)) {
      logMessage(machine, tag, line);
      if (given.has("s"))
        yield* context.err(`<13>${stamp(momentOf(machine.now))} ${tag}: ${line}\n`);
    }
    return 0;
  },
);

/** Lines of the log that the options ask for, the oldest first. */
function entries({ context, given }: Job): string[] {
  const { machine } = context;
  const kernel = machine.log.all().map(({ at, text }) => ({
    at: momentOf(at),
    line: `${stamp(momentOf(at))} ${machine.hostname} kernel: ${text}`,
  }));
  if (given.has("k")) return kernel.map(({ line }) => line);
  const tags = [
    ...given.values("t"),
    ...given.values("u").map((unit) => unit.replace(/\.service$/, "")),
  ];
  const own = linesOf(machine.files.readText(pathOf(machine)) ?? "").filter((line) => {
    const tag = /^.{15} \S+ ([^:[]+)/.exec(line)?.[1] ?? "";
    return (
      tags.length === 0 ||
      tags.includes(tag) ||
      (tag === "systemd" && tags.some((unit) => line.includes(` ${unit}.service`)))
    );
  });
  if (tags.length > 0) return own;
  // both are in order; the kernel's come first where the second is the same
  return [...kernel.map(({ line }) => line), ...own].sort((a, b) =>
    a.slice(0, 15) < b.slice(0, 15) ? -1 : a.slice(0, 15) > b.slice(0, 15) ? 1 : 0,
  );
}

const journalctl = tool(
  "/usr/bin/journalctl",
  {
    options: [
      valued("u", "unit", "u"),
      valued("t", "identifier", "t"),
      { short: "n", long: "lines", value: "optional", tag: "n" },
      flag("f", "follow", "f"),
      flag("k", "dmesg", "k"),
      flag("e", "pager-end", "e"),
      flag("x", "catalog", "x"),
      flag("r", "reverse", "r"),
      { short: "b", long: "boot", value: "optional", tag: "b" },
      valued("o", "output", "o"),
      valued("p", "priority", "p"),
      valued("S", "since", "S"),
      valued("U", "until", "U"),
      flag("q", "quiet", "q"),
      flag("", "no-pager", "no-pager"),
    ],
    version: "systemd 252 (252.39-1~deb12u1)",
  },
  function* (job) {
    const { context, given, operands } = job;
    const show = (line: string): string =>
      `${given.value("o") === "cat" ? line.replace(/^.{15} \S+ [^:]+: /, "") : line}\n`;
    const asked = given.value("n") || (given.has("n") ? (operands[0] ?? "10") : undefined);
    const all = entries(job);
    const limit = asked ?? (given.has("f") ? "10" : undefined);
    const kept =
      limit === undefined || limit === "all"
        ? all
        : all.slice(Math.max(0, all.length - Number(limit)));
    if (all.length === 0 && !given.has("f")) yield* context.out("-- No entries --\n");
    yield* context.out((given.has("r") ? kept.reverse() : kept).map(show).join(""));
    let seen = all.length;
    while (given.has("f")) {
      yield onAny([context.machine.log.told], later(context.machine.now, seconds(1)));
      const now = entries(job);
      yield* context.out(now.slice(seen).map(show).join(""));
      seen = now.length;
    }
    return 0;
  },
);

export const JOURNAL_COMMANDS: readonly Command[] = [journalctl, logger];
