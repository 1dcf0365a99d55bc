/** ps, kill, pgrep, pkill, killall, pidof (procps, psmisc): the live processes of the machine. Times and memory are not modelled: 0. */
import type { Command } from "../../command.ts";
import { EPOCH_SECONDS } from "../../kernel/kernel.ts";
import { commandName } from "../../network/socket-owners.ts";
import { flag, valued } from "../../options/getopt.ts";
import type { Process } from "../../process/process.ts";
import { signalName, signalNumber } from "../../process/signal.ts";
import { Regex, RegexError } from "../../text/regex.ts";
import { momentOf } from "../../time/moment.ts";
import { strftime } from "../../time/strftime.ts";
import { type Job, plainTool, tool } from "./tool.ts";

const startTime = (process: Process): string =>
  strftime("%H:%M", {
    seconds: EPOCH_SECONDS + Math.floor(process.startedAt / 1e9),
    nanoseconds: 0,
  });

const COLUMNS: ReadonlyMap<
  string,
  readonly [title: string, width: number, show: (p: Process) => string]
> = new Map([
  ["pid", ["PID", 7, (p) => String(p.pid)]],
  ["ppid", ["PPID", 7, (p) => String(p.parent?.pid ?? 1)]],
  ["pgid", ["PGID", 7, (p) => String(p.group)]],
  ["user", ["USER", -8, () => "root"]],
  ["tty", ["TT", -8, () => "?"]],
  ["time", ["TIME", 8, () => "00:00:00"]],
  ["stat", ["STAT", -4, () => "S"]],
  ["comm", ["COMMAND", -15, commandName]],
  ["cmd", ["CMD", -27, (p) => p.argv.join(" ")]],
  ["args", ["COMMAND", -27, (p) => p.argv.join(" ")]],
  ["%cpu", ["%CPU", 4, () => "0.0"]],
  ["pcpu", ["%CPU", 4, () => "0.0"]],
  ["%mem", ["%MEM", 4, () => "0.0"]],
  ["pmem", ["%MEM", 4, () => "0.0"]],
  ["rss", ["RSS", 5, () => "0"]],
  ["vsz", ["VSZ", 6, () => "0"]],
  ["ni", ["NI", 3, () => "0"]],
  ["pri", ["PRI", 3, () => "19"]],
  ["uid", ["UID", 5, () => "0"]],
  ["state", ["S", 1, () => "S"]],
  ["s", ["S", 1, () => "S"]],
  ["stime", ["STIME", 5, startTime]],
  ["start", ["STARTED", 8, (p) => `${startTime(p)}:00`]],
  ["lstart", ["STARTED", 24, (p) => strftime("%a %b %e %H:%M:%S %Y", momentOf(p.startedAt))]],
  ["ucmd", ["CMD", -15, commandName]],
]);

export const ps: Command = plainTool(
  "/usr/bin/ps",
  {
    options: [
      flag("e", "", "e"),
      flag("A", "", "e"),
      flag("a", "", "a"),
      flag("f", "", "f"),
      flag("l", "", "l"),
      valued("o", "format", "o"),
      valued("p", "pid", "p"),
      valued("C", "", "C"),
      flag("", "no-headers", "no-headers"),
      flag("w", "", "w"),
      valued("", "sort", "sort"),
      valued("", "ppid", "ppid"),
      valued("u", "user", "u"),
    ],
  },
  (job) => {
    const { given, operands } = job;
    const style = operands.join("").replace(/^-/, "");
    const chosen = chosenProcesses(job, style);
    const format = given.values("o").join(",");
    if (format !== "") return formatted(job, format, chosen);
    if (style.includes("u")) return userList(chosen);
    if (given.has("f")) return fullList(chosen);
    const title =
      style === "" ? "    PID TTY          TIME CMD\n" : "    PID TTY      STAT   TIME COMMAND\n";
    const line = (p: Process): string =>
      style === ""
        ? `${String(p.pid).padStart(7)} ?        00:00:00 ${commandName(p)}\n`
        : `${String(p.pid).padStart(7)} ?        S      0:00 ${p.argv.join(" ")}\n`;
    return title + chosen.map(line).join("");
  },
);

function chosenProcesses(job: Job, style: string): Process[] {
  const { given, context } = job;
  const all = Array.from(context.machine.processes.values()).sort((a, b) => a.pid - b.pid);
  const pids = given.values("p").flatMap((text) => text.split(/[ ,]+/));
  const parents = given.values("ppid").flatMap((text) => text.split(","));
  if (parents.length > 0) return all.filter((p) => parents.includes(String(p.parent?.pid ?? 1)));
  if (given.has("u")) return given.value("u") === "root" || given.value("u") === "0" ? all : [];
  const names = given.values("C").flatMap((text) => text.split(","));
  if (pids.length + names.length > 0) {
    const found = all.filter((p) => pids.includes(String(p.pid)) || names.includes(commandName(p)));
    if (found.length === 0) job.status = 1;
    return found;
  }
  if (given.has("e") || given.has("a") || /[ax]/.test(style)) return all;
  return all.filter((p) => p.group === context.process.group || p === context.process.parent);
}

function formatted(job: Job, format: string, chosen: readonly Process[]): string {
  const columns = format.split(/[ ,]+/).map((word) => {
    const [name = "", title] = word.split("=");
    const column = COLUMNS.get(name === "command" ? "args" : name);
    if (column === undefined)
      throw job.fail(`error: unknown user-defined format specifier "${name}"`);
    return { title: title ?? column[0], width: column[1], show: column[2] };
  });
  const row = (cells: readonly string[]): string =>
    `${cells
      .map((cell, i) => {
        const width = columns[i]?.width ?? 0;
        return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
      })
      .join(" ")
      .trimEnd()}\n`;
  const titles = columns.map(({ title }) => title);
  const bare = titles.every((title) => title === "") || job.given.has("no-headers");
  return (
    (bare ? "" : row(titles)) + chosen.map((p) => row(columns.map(({ show }) => show(p)))).join("")
  );
}

const userList = (chosen: readonly Process[]): string =>
  `USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n${chosen
    .map(
      (p) =>
        `root     ${String(p.pid).padStart(7)}  0.0  0.0      0     0 ?        S    ${startTime(p)}   0:00 ${p.argv.join(" ")}\n`,
    )
    .join("")}`;

const fullList = (chosen: readonly Process[]): string =>
  `UID          PID    PPID  C STIME TTY          TIME CMD\n${chosen
    .map((p) => {
      const pid = String(p.pid).padStart(7);
      const ppid = String(p.parent?.pid ?? 1).padStart(7);
      return `root     ${pid} ${ppid}  0 ${startTime(p)} ?        00:00:00 ${p.argv.join(" ")}\n`;
    })
    .join("")}`;

/** `-9`, `-KILL`, `-SIGKILL` in the place of `-s`. */
function splitSignal(argv: readonly string[]): { signal: number | undefined; rest: string[] } {
  const rest = argv.slice(1);
  const [first = "", second = ""] = rest;
  if (first === "-s" || first === "--signal")
    return { signal: signalNumber(second), rest: rest.slice(2) };
  if (/^-[A-Za-z]*\d*$/.test(first) && first !== "-l" && signalNumber(first.slice(1)) !== undefined)
    return { signal: signalNumber(first.slice(1)), rest: rest.slice(1) };
  return { signal: 15, rest };
}

export const kill: Command = {
  path: "/usr/bin/kill",
  *run(context) {
    const { signal, rest } = splitSignal(context.argv);
    if (rest[0] === "-l") {
      const names = Array.from({ length: 31 }, (_, i) => signalName(i + 1) ?? "");
      yield* context.out(`${names.join(" ")}\n`);
      return 0;
    }
    if (signal === undefined || rest.length === 0) {
      yield* context.err("\nUsage:\n kill [options] <pid> [...]\n");
      return 1;
    }
    let status = 0;
    for (const word of rest) {
      const pid = Number(word);
      if (!/^-?\d+$/.test(word)) {
        yield* context.err(`kill: failed to parse argument: '${word}'\n`);
        status = 1;
      } else if (!context.machine.kill(pid, signal)) {
        yield* context.err(`kill: (${word}): No such process\n`);
        status = 1;
      }
    }
    return status;
  },
};

/** Processes whose name, or whole line with -f, matches; never the one that asks. */
function matching(job: Job, pattern: string): Process[] {
  const { context, given } = job;
  let regex: Regex;
  try {
    regex = new Regex(given.has("x") ? `^(${pattern})$` : pattern, true);
  } catch (thrown) {
    if (!(thrown instanceof RegexError)) throw thrown;
    throw job.fail(`${thrown.message}`, 2);
  }
  return Array.from(context.machine.processes.values()).filter(
    (p) => p !== context.process && regex.test(given.has("f") ? p.argv.join(" ") : commandName(p)),
  );
}

const MATCH_OPTIONS = [
  flag("f", "full", "f"),
  flag("x", "exact", "x"),
  flag("l", "list-name", "l"),
  flag("a", "list-full", "a"),
];

export const pgrep = tool(
  "/usr/bin/pgrep",
  {
    options: [
      ...MATCH_OPTIONS,
      flag("c", "count", "c"),
      flag("n", "newest", "n"),
      flag("o", "oldest", "o"),
      valued("d", "delimiter", "d"),
      valued("P", "parent", "P"),
      valued("u", "euid", "u"),
    ],
    usageStatus: 2,
  },
  function* (job) {
    const [pattern] = job.operands;
    if (pattern === undefined) throw job.misused("no matching criteria specified");
    const { given } = job;
    const parent = given.value("P");
    const all = matching(job, pattern).filter(
      (p) => parent === undefined || String(p.parent?.pid ?? 1) === parent,
    );
    const found = given.has("n") ? all.slice(-1) : given.has("o") ? all.slice(0, 1) : all;
    if (given.has("c")) {
      yield* job.context.out(`${found.length}\n`);
      return found.length > 0 ? 0 : 1;
    }
    const tail = (p: Process): string =>
      given.has("a") ? ` ${p.argv.join(" ")}` : given.has("l") ? ` ${commandName(p)}` : "";
    const lines = found.map((p) => `${p.pid}${tail(p)}`);
    if (lines.length > 0) yield* job.context.out(`${lines.join(given.value("d") ?? "\n")}\n`);
    return found.length > 0 ? 0 : 1;
  },
);

export const pkill = tool(
  "/usr/bin/pkill",
  {
    options: [
      ...MATCH_OPTIONS.slice(0, 2),
      valued("", "signal", "s"),
      ...Array.from(
        "123456789ABCHIKPQSTUW",
        (letter) => ({ short: letter, long: "", value: "optional", tag: "short" }) as const,
      ),
    ],
    usageStatus: 2,
  },
  function* (job) {
    const { given, operands } = job;
    const short = given.options.find(({ tag }) => tag === "short");
    const text =
      given.value("s") ?? (short === undefined ? "TERM" : short.typed.slice(1) + short.value);
    const signal = signalNumber(text);
    const [pattern] = operands;
    if (pattern === undefined || signal === undefined)
      throw job.misused("no matching criteria specified");
    const found = matching(job, pattern);
    for (const process of found) process.signal(signal);
    yield* job.context.out("");
    return found.length > 0 ? 0 : 1;
  },
);

export const killall: Command = {
  path: "/usr/bin/killall",
  *run(context) {
    const { signal, rest } = splitSignal(context.argv);
    let status = 0;
    for (const name of rest.filter((word) => !word.startsWith("-"))) {
      const found = Array.from(context.machine.processes.values()).filter(
        (process) => process !== context.process && commandName(process) === name,
      );
      for (const process of found) process.signal(signal ?? 15);
      if (found.length > 0) continue;
      yield* context.err(`${name}: no process found\n`);
      status = 1;
    }
    return status;
  },
};

export const pidof = tool("/usr/bin/pidof", {}, function* ({ context, operands }) {
  const pids = Array.from(context.machine.processes.values())
    .filter((process) => operands.includes(commandName(process)))
    .map(({ pid }) => pid);
  if (pids.length > 0) yield* context.out(`${pids.reverse().join(" ")}\n`);
  return pids.length > 0 ? 0 : 1;
});
