/** top (procps 4.0.2), in batch mode: processes as they are; nobody uses any processor or memory that is measured. */
import { later, seconds } from "@lvsim/core";
import { commandName } from "../../network/socket-owners.ts";
import { flag, valued } from "../../options/getopt.ts";
import { until } from "../../process/wait.ts";
import { uptimeLine } from "../base/load.ts";
import { type Job, tool } from "../base/tool.ts";
import { screenOf } from "./terminal.ts";

export const top = tool(
  "/usr/bin/top",
  {
    options: [
      flag("b", "batch", "b"),
      valued("n", "iterations", "n"),
      valued("d", "delay", "d"),
      valued("p", "pid", "p"),
      flag("c", "cmdline-toggle", "c"),
      valued("u", "", "u"),
      valued("o", "sort-override", "o"),
      flag("H", "threads-show", "H"),
      valued("w", "width", "w"),
      flag("i", "", "i"),
    ],
    version: "procps-ng) 4.0.2",
  },
  function* (job) {
    const { context, given } = job;
    const onTerminal = context.stdout?.isTerminal === true;
    if (!given.has("b") && !onTerminal) throw job.fail("failed tty get");
    const count = Number(given.value("n") ?? Number.POSITIVE_INFINITY);
    for (let i = 0; i < count; i++) {
      if (i > 0)
        yield until(
          later(context.machine.now, seconds(Math.max(0.1, Number(given.value("d") ?? 3)))),
        );
      const shown = screen(job);
      yield* context.out(
        onTerminal && !given.has("b")
          ? `\x1b[H\x1b[2J${shown
              .split("\n")
              .slice(0, screenOf(job).rows - 1)
              .join("\n")}\n`
          : `${i > 0 ? "\n" : ""}${shown}`,
      );
    }
    return 0;
  },
);

function screen({ context, given }: Job): string {
  const pids = given.values("p").flatMap((text) => text.split(","));
  const processes = Array.from(context.machine.processes.values()).filter(
    ({ pid }) => pids.length === 0 || pids.includes(String(pid)),
  );
  const running = processes.filter((process) => process === context.process).length;
  const rows = processes.map((process) => {
    const state = process.stopped ? "T" : process === context.process ? "R" : "S";
    const name = given.has("c") ? process.argv.join(" ") : commandName(process);
    return `${String(process.pid).padStart(7)} root      20   0    8700   3584   3072 ${state}   0.0   0.2   0:00.00 ${name}\n`;
  });
  const stopped = processes.filter((process) => process.stopped).length;
  return (
    `top -${uptimeLine(context.machine.now)}` +
    `Tasks: ${String(processes.length).padStart(3)} total, ${String(running).padStart(3)} running, ${String(processes.length - running - stopped).padStart(3)} sleeping, ${String(stopped).padStart(3)} stopped,   0 zombie\n` +
    "%Cpu(s):  0.0 us,  0.0 sy,  0.0 ni,100.0 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st \n" +
    "MiB Mem :   1982.8 total,   1589.9 free,    183.0 used,    209.8 buff/cache     \n" +
    "MiB Swap:      0.0 total,      0.0 free,      0.0 used.   1788.0 avail Mem \n\n" +
    `    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n${rows.join("")}`
  );
}
