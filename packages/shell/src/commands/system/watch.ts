/** watch (procps 4.0.2): runs a command again and again. Without a terminal it prints one screen below the other. */
import { later, seconds } from "@lvsim/core";
import { flag, valued } from "../../options/getopt.ts";
import { until } from "../../process/wait.ts";
import { momentOf } from "../../time/moment.ts";
import { strftime } from "../../time/strftime.ts";
import { linesOf } from "../base/input.ts";
import { runCaptured } from "../base/run-captured.ts";
import { tool } from "../base/tool.ts";
import { screenOf } from "./terminal.ts";

export const watch = tool(
  "/usr/bin/watch",
  {
    options: [
      flag("b", "beep", "b"),
      flag("c", "color", "c"),
      { short: "d", long: "differences", value: "optional", tag: "d" },
      flag("e", "errexit", "e"),
      flag("g", "chgexit", "g"),
      valued("n", "interval", "n"),
      flag("p", "precise", "p"),
      flag("t", "no-title", "t"),
      flag("x", "exec", "x"),
    ],
    stopsAtOperand: true,
    version: "procps-ng) 4.0.2",
  },
  function* (job) {
    const { context, given, operands } = job;
    if (operands.length === 0) {
      yield* context.err("\nUsage:\n watch [options] command\n");
      return 1;
    }
    const typed = given.value("n") ?? "2";
    const interval = Number(typed.replace(",", "."));
    if (!/^\d*[.,]?\d+$/.test(typed))
      throw job.fail(`failed to parse argument: '${typed}': Invalid argument`);
    const command = operands.join(" ");
    const argv = given.has("x") ? operands : ["/bin/sh", "-c", command];
    const { columns, rows } = screenOf(job);
    let before: string | null = null;
    for (;;) {
      const { status, stderr, stdout } = yield* runCaptured(context, argv);
      const shown = linesOf(stdout + stderr)
        .slice(0, rows - (given.has("t") ? 0 : 2))
        .map((line) => `${line.slice(0, columns)}\n`)
        .join("");
      const left = `Every ${Math.max(0.1, interval).toFixed(1)}s: ${command}`;
      const right = `${context.machine.hostname}: ${strftime("%a %b %e %H:%M:%S %Y", momentOf(context.machine.now))}`;
      const title = given.has("t") ? "" : `${left.padEnd(columns - right.length)}${right}\n\n`;
      yield* context.out(`\x1b[H\x1b[2J${title}${shown}`);
      if (status !== 0 && given.has("e")) return 8;
      if (given.has("g") && before !== null && before !== shown) return 0;
      before = shown;
      yield until(later(context.machine.now, seconds(Math.max(0.1, interval))));
    }
  },
);
