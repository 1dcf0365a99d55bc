/** clear, reset, tput (ncurses), stty (coreutils): of an xterm that is as large as COLUMNS and LINES say, or 80 × 24. */
import type { Command } from "../../command.ts";
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { Terminal } from "../../process/terminal.ts";
import { type Job, tool, wordTool } from "../base/tool.ts";

export function screenOf({ context }: Job): { readonly columns: number; readonly rows: number } {
  const { stdin, stdout } = context;
  const terminal = stdout instanceof Terminal ? stdout : stdin instanceof Terminal ? stdin : null;
  if (terminal !== null) return { columns: terminal.columns, rows: terminal.rows };
  return {
    columns: Number(context.env.get("COLUMNS")) || 80,
    rows: Number(context.env.get("LINES")) || 24,
  };
}

/** Ends a program that needs a terminal's name and has none. */
function terminalOf(job: Job): string {
  const name = job.context.env.get("TERM");
  if (name === undefined) throw job.failBare("TERM environment variable not set.");
  return name;
}

const clear = tool(
  "/usr/bin/clear",
  { options: [flag("x", "", "x"), valued("T", "", "T")] },
  function* (job) {
    if (!job.given.has("T")) terminalOf(job);
    yield* job.context.out(job.given.has("x") ? "\x1b[H\x1b[2J" : "\x1b[H\x1b[2J\x1b[3J");
    return 0;
  },
);

const reset = tool("/usr/bin/reset", { options: [flag("q", "", "q")] }, function* (job) {
  if (job.context.stderr?.isTerminal !== true)
    throw job.fail("terminal attributes: No such device or address");
  yield* job.context.err("\x1bc\x1b[!p\x1b[?3;4l\x1b[4l\x1b>");
  return 0;
});

/** What tput prints for a capability; the arguments of those that take some are filled in. */
const CAPABILITIES: Readonly<Record<string, (args: readonly number[]) => string>> = {
  bold: () => "\x1b[1m",
  clear: () => "\x1b[H\x1b[2J\x1b[3J",
  civis: () => "\x1b[?25l",
  cnorm: () => "\x1b[?12l\x1b[?25h",
  cup: ([row = 0, column = 0]) => `\x1b[${row + 1};${column + 1}H`,
  cuu1: () => "\x1b[A",
  ed: () => "\x1b[J",
  el: () => "\x1b[K",
  home: () => "\x1b[H",
  rev: () => "\x1b[7m",
  rmcup: () => "\x1b[?1049l\x1b[23;0;0t",
  rmso: () => "\x1b[27m",
  rmul: () => "\x1b[24m",
  setab: ([colour = 0]) => `\x1b[4${colour}m`,
  setaf: ([colour = 0]) => `\x1b[3${colour}m`,
  sgr0: () => "\x1b(B\x1b[m",
  smcup: () => "\x1b[?1049h\x1b[22;0;0t",
  smso: () => "\x1b[7m",
  smul: () => "\x1b[4m",
};

const tput = tool(
  "/usr/bin/tput",
  { options: [valued("T", "", "T"), flag("S", "", "S")], stopsAtOperand: true },
  function* (job) {
    const [name, ...args] = job.operands;
    if (job.given.value("T") === undefined && job.context.env.get("TERM") === undefined)
      throw job.fail("No value for $TERM and no -T specified", 2);
    if (name === undefined) throw job.failBare("usage: tput [-V] [-S] [-T term] capname", 2);
    const { columns, rows } = screenOf(job);
    const numbers: Readonly<Record<string, number>> = { colors: 8, cols: columns, lines: rows };
    const number = numbers[name];
    if (number !== undefined) yield* job.context.out(`${number}\n`);
    else if (CAPABILITIES[name] !== undefined)
      yield* job.context.out(CAPABILITIES[name](args.map(Number)));
    else throw job.fail(`unknown terminfo capability '${name}'`, 4);
    return 0;
  },
);

/** The settings that a line discipline here knows; others are taken and forgotten. */
function setMode(terminal: Terminal, words: readonly string[]): void {
  let { canonical, echo, signals } = terminal.mode;
  for (const word of words) {
    const on = !word.startsWith("-");
    const name = word.replace(/^-/, "");
    if (name === "echo") echo = on;
    else if (name === "icanon") canonical = on;
    else if (name === "isig") signals = on;
    else if (word === "raw" || word === "-cooked") [canonical, signals] = [false, false];
    else if (word === "sane" || word === "cooked" || word === "-raw")
      [canonical, echo, signals] = [true, word === "sane" ? true : echo, true];
    else if (word === "cbreak") canonical = false;
  }
  terminal.mode = { canonical, echo, signals };
}

const stty = wordTool("/usr/bin/stty", function* (job) {
  const { context } = job;
  if (context.stdin?.isTerminal !== true)
    throw job.fail(`${job.quote.file("standard input")}: ${fileErrorText(ENOTTY)}`);
  const words = context.argv.slice(1);
  if (context.stdin instanceof Terminal) setMode(context.stdin, words);
  const { columns, rows } = screenOf(job);
  if (words.includes("size")) yield* context.out(`${rows} ${columns}\n`);
  else if (words.length === 0) yield* context.out("speed 38400 baud; line = 0;\n");
  else if (words.includes("-a"))
    yield* context.out(`speed 38400 baud; rows ${rows}; columns ${columns}; line = 0;\n`);
  return 0;
});

const ENOTTY = 25;

export const TERMINAL_COMMANDS: readonly Command[] = [clear, reset, stty, tput];
