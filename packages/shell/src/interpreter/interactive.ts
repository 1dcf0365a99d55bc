/**
 * An interactive shell: prompts, command lines from a terminal, and back to the prompt after whatever goes wrong. Editing
 * a line, its history and completion are the terminal's other end. Left out: history expansion, PROMPT_COMMAND, command substitution in prompts.
 */
import { Signal } from "../process/signal.ts";
import type { Terminal } from "../process/terminal.ts";
import { on, type Wait } from "../process/wait.ts";
import { Break, Continue, Exit, ExpansionError, Interrupted, Return } from "../shell/control.ts";
import type { Run, Shell } from "../shell/shell.ts";
import { Source } from "../shell/source.ts";
import { TooMuchWork } from "../text/work.ts";
import { complainOf } from "./main.ts";
import { promptText } from "./prompt.ts";
import { RedirectError } from "./redirect.ts";
import { jobLine } from "./wait-for.ts";

/** Signals that do not end a shell at its prompt. */
const IGNORED = [Signal.QUIT, Signal.TERM, Signal.TSTP];
const INTERRUPTED = 128 + Signal.INT;

/** Reads command lines until the end of the file or `exit`; `isUnfinished` says whether more lines belong to a text. */
export function* runInteractive(
  shell: Shell,
  terminal: Terminal,
  isUnfinished: (source: Source) => boolean,
): Run {
  const { process, variables } = shell;
  shell.interactive = true;
  shell.terminal = terminal;
  shell.jobControl = true;
  shell.options.set("monitor", true);
  process.trapped.add(Signal.INT);
  for (const signal of IGNORED) process.trapped.add(signal);
  terminal.foreground = process.group;
  if (variables.lookup("PS1") === undefined)
    variables.set(
      "PS1",
      shell.kernel.system.distribution.id === "centos" ? "[\\u@\\h \\W]\\$ " : "\\u@\\h:\\w\\$ ",
    );
  if (variables.lookup("PS2") === undefined) variables.set("PS2", "> ");
  // a login shell's own file would read the other one
  if (shell.name.startsWith("-")) yield* readStartFile(shell, "/etc/profile");
  yield* readStartFile(shell, "/root/.bashrc");
  let text = "";
  for (;;) {
    try {
      if (text === "") yield* tellOfJobs(shell);
      const line = yield* askLine(shell, terminal, text === "" ? "PS1" : "PS2");
      if (line === "" && text === "") break;
      text += line;
      const source = new Source(text, "");
      if (line !== "" && (isUnfinished(source) || text.trim() === "")) {
        if (text.trim() === "") text = "";
        continue;
      }
      text = "";
      yield* shell.executor.run(shell, source, "");
    } catch (thrown) {
      text = "";
      yield* backToPrompt(shell, terminal, thrown);
    }
  }
  yield* shell.err(farewell(shell));
  return shell.status;
}

const farewell = ({ name }: Shell): string => (name.startsWith("-") ? "logout\n" : "exit\n");

function* readStartFile(shell: Shell, path: string): Generator<Wait, void, void> {
  const text = shell.kernel.files.readText(path);
  if (text !== undefined && text !== "")
    yield* shell.executor.run(shell, new Source(text, path), "");
}

/** A line with its newline; "" at the end of the file. */
function* askLine(
  shell: Shell,
  terminal: Terminal,
  which: "PS1" | "PS2",
): Generator<Wait, string, void> {
  terminal.lastStatus = shell.status;
  terminal.prompt = promptText(shell, shell.variables.get(which) ?? "");
  let line = "";
  try {
    for (;;) {
      const got = terminal.read(1 << 16);
      if (got !== null) line += got;
      if (got === "" || line.endsWith("\n")) return line;
      if (got !== null) continue;
      const { pending } = shell.process;
      if (pending.includes(Signal.INT)) {
        pending.length = 0;
        throw new Interrupted();
      }
      yield on(terminal.readable);
    }
  } finally {
    terminal.prompt = null;
  }
}

/** What ends a script only ends the command line here. */
function* backToPrompt(
  shell: Shell,
  terminal: Terminal,
  thrown: unknown,
): Generator<Wait, void, void> {
  shell.frames = [];
  shell.loopDepth = 0;
  shell.conditionDepth = 0;
  shell.evalDepth = 0;
  if (thrown instanceof Interrupted) {
    shell.status = INTERRUPTED;
    if (!terminal.isAtLineStart) yield* shell.err("\n");
  } else if (thrown instanceof ExpansionError) {
    yield* complainOf(shell, thrown);
    shell.status = thrown.status;
  } else if (thrown instanceof RedirectError) {
    yield* shell.complain(thrown.message);
    shell.status = 1;
  } else if (thrown instanceof Exit) {
    if (/^(?:exit|logout)\b/.test(shell.command)) yield* shell.err(farewell(shell));
    throw thrown;
  } else if (thrown instanceof Break || thrown instanceof Continue || thrown instanceof Return)
    return;
  else if (thrown instanceof TooMuchWork || thrown instanceof RangeError)
    shell.status = 128 + Signal.XCPU;
  else throw thrown;
}

/** Jobs that ended since the last prompt. */
function* tellOfJobs(shell: Shell): Generator<Wait, void, void> {
  const ended = shell.jobs.all.filter(({ alive }) => !alive);
  const lines = ended.map((job) => jobLine(shell.jobs, job));
  for (const job of ended) shell.jobs.remove(job);
  if (lines.length > 0) yield* shell.err(lines.join(""));
}
