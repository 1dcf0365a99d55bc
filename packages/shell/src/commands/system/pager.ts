/**
 * less and more: what is not shown on a terminal goes through as it is. On one, a screenful at a time: space and f go on, b back,
 * Return and j a line on, k a line back, g and G to the ends, / searches, q ends. Left out: options but -F -X -N -R -S that change
 * nothing else, marks, several files side by side.
 */
import type { Command } from "../../command.ts";
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { Terminal } from "../../process/terminal.ts";
import { readSome } from "../../process/transfer.ts";
import { linesOf, slurp } from "../base/input.ts";
import { type Job, type Run, tool } from "../base/tool.ts";
import { screenOf } from "./terminal.ts";

const LETTERS = "aBcCdeEfFgGiIJKLmMnNqQrRsSuUVwWX";

const pager = (name: "less" | "more"): Command =>
  tool(
    `/usr/bin/${name}`,
    {
      options: [
        ...Array.from(LETTERS, (letter) => flag(letter, "", letter)),
        valued("n", "lines", "lines"),
        valued("p", "pattern", "p"),
        valued("P", "prompt", "P"),
        ...[
          "quit-if-one-screen",
          "no-init",
          "RAW-CONTROL-CHARS",
          "chop-long-lines",
          "LINE-NUMBERS",
        ].map((long) => flag("", long, "ignored")),
      ],
      version: name === "less" ? "GNU regular expressions) 590" : "util-linux) 2.38.1",
    },
    function* (job) {
      const { context, operands } = job;
      const named = operands.filter((word) => !word.startsWith("+"));
      // less shows a file once, however often it is named
      const files = name === "less" ? [...new Set(named)] : named;
      const onTerminal = context.stdout?.isTerminal === true;
      if (files.length === 0 && context.stdin?.isTerminal === true) {
        yield* context.err(
          name === "less"
            ? 'Missing filename ("less --help" for help)\n'
            : "more: bad usage\nTry 'more --help' for more information.\n",
        );
        return 1;
      }
      let text = "";
      for (const file of files.length === 0 ? ["-"] : files) {
        const got = yield* slurp(context, file);
        if (typeof got !== "number") {
          if (name === "more" && (files.length > 1 || (files.length > 0 && !onTerminal)))
            text += `::::::::::::::\n${file}\n::::::::::::::\n`;
          text += got;
          continue;
        }
        if (name === "less" && !onTerminal) text += problem(name, file, got);
        else yield* context.err(problem(name, file, got));
      }
      if (!onTerminal) yield* context.out(text);
      else yield* page(job, linesOf(text), files[0] ?? "");
      return undefined;
    },
  );

const problem = (name: "less" | "more", file: string, errno: number): string => {
  const isDirectory = errno === 21;
  if (name === "less")
    return isDirectory ? `${file} is a directory\n` : `${file}: ${fileErrorText(errno)}\n`;
  return isDirectory
    ? `\n*** ${file}: directory ***\n\n`
    : `more: cannot open ${file}: ${fileErrorText(errno)}\n`;
};

/** Keys come from the terminal, also when standard input is the text. */
function keyboard({ context }: Job): OpenFile | null {
  if (context.stdin?.isTerminal === true) return context.stdin.retain();
  const file = context.machine.files.open(context.process, "/dev/tty", {
    read: true,
    write: false,
  });
  return typeof file === "number" ? null : file;
}

function* page(job: Job, lines: readonly string[], name: string): Run<void> {
  const { context } = job;
  const height = screenOf(job).rows - 1;
  const keys = keyboard(job);
  let shown = Math.min(height, lines.length);
  const before = keys instanceof Terminal ? keys.mode : null;
  if (keys instanceof Terminal) keys.mode = { canonical: false, echo: false, signals: true };
  yield* context.out(screenful(lines, 0, shown));
  try {
    while (keys !== null && lines.length > height) {
      const end = shown >= lines.length;
      yield* context.out(
        end
          ? "\x1b[7m(END)\x1b[27m"
          : name !== "" && shown === height
            ? `\x1b[7m${name}\x1b[27m`
            : ":",
      );
      const key = yield* readKey(keys);
      yield* context.out("\r\x1b[K");
      if (key === "" || key === "q" || key === "Q") return;
      const next =
        key === "/"
          ? yield* search(job, keys, lines, shown)
          : moved(key, shown, height, lines.length);
      if (next > shown) yield* context.out(screenful(lines, Math.max(shown, next - height), next));
      else if (next < shown)
        yield* context.out(`\x1b[H\x1b[2J${screenful(lines, next - height, next)}`);
      shown = next;
    }
  } finally {
    if (keys instanceof Terminal && before !== null) keys.mode = before;
    keys?.release();
  }
}

const screenful = (lines: readonly string[], from: number, to: number): string =>
  lines
    .slice(Math.max(0, from), to)
    .map((line) => `${line}\n`)
    .join("");

/** The last line shown after a key. */
function moved(key: string, shown: number, height: number, count: number): number {
  const by: Readonly<Record<string, number>> = {
    " ": height,
    f: height,
    "\x06": height,
    b: -height,
    "\x02": -height,
    d: height >> 1,
    u: -(height >> 1),
    "\n": 1,
    "\r": 1,
    j: 1,
    e: 1,
    k: -1,
    y: -1,
    g: -count,
    "<": -count,
    G: count,
    ">": count,
  };
  return Math.max(height, Math.min(count, shown + (by[key] ?? 0)));
}

function* readKey(keys: OpenFile): Run<string> {
  const got = yield* readSome(keys, 1);
  return typeof got === "number" ? "" : got;
}

function* search(job: Job, keys: OpenFile, lines: readonly string[], shown: number): Run<number> {
  yield* job.context.out("/");
  let wanted = "";
  for (
    let key = yield* readKey(keys);
    key !== "" && key !== "\n" && key !== "\r";
    key = yield* readKey(keys)
  )
    wanted += key;
  const height = screenOf(job).rows - 1;
  const at = lines.findIndex((line, i) => i > shown - height && line.includes(wanted));
  if (at >= 0) return Math.min(lines.length, at + height);
  yield* job.context.out("\r\x1b[7mPattern not found\x1b[27m\n");
  return shown;
}

export const PAGER_COMMANDS: readonly Command[] = [pager("less"), pager("more")];
