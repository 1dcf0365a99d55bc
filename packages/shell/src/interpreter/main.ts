/** The life of a shell process: its body, errors that end it, its EXIT trap. */
import { Killed, Signal } from "../process/signal.ts";
import type { Wait } from "../process/wait.ts";
import { Break, Continue, Exit, ExpansionError, Return } from "../shell/control.ts";
import type { Run, Shell } from "../shell/shell.ts";
import { RegexError } from "../text/regex.ts";
import { TooMuchWork } from "../text/work.ts";
import { RedirectError } from "./redirect.ts";
import { runTrap } from "./traps.ts";

/** Runs `body` and then the EXIT trap; the status that the process ends with. */
export function* main(shell: Shell, body: Run): Run {
  let status: number;
  try {
    status = yield* guarded(shell, body);
  } catch (thrown) {
    if (!(thrown instanceof Killed) || thrown.signal === Signal.KILL) throw thrown;
    // an untrapped signal: the EXIT trap still runs, then the signal takes its effect
    if (shell.dialect === "bash") yield* exitTrap(shell);
    throw thrown;
  }
  shell.status = status;
  return yield* exitTrap(shell);
}

/** Turns what ends a shell into its status. */
function* guarded(shell: Shell, body: Run): Run {
  try {
    return yield* body;
  } catch (thrown) {
    return yield* statusOf(shell, thrown);
  }
}

function* statusOf(shell: Shell, thrown: unknown): Run {
  if (thrown instanceof Exit || thrown instanceof Return) return thrown.status;
  if (thrown instanceof Break || thrown instanceof Continue) return shell.status;
  if (thrown instanceof ExpansionError) {
    yield* complainOf(shell, thrown);
    return errorStatus(shell, thrown);
  }
  if (thrown instanceof RedirectError) {
    yield* shell.complain(thrown.message);
    return shell.dialect === "dash" ? 2 : 1;
  }
  if (thrown instanceof TooMuchWork || thrown instanceof RangeError) throw new Killed(Signal.XCPU);
  if (thrown instanceof RegexError) return 2;
  throw thrown;
}

/** Prints an error, unless it has no words of its own. */
export function* complainOf(shell: Shell, error: ExpansionError): Generator<Wait, void, void> {
  if (error.message !== "") yield* shell.complain(error.message);
}

/** 127 ends a `bash -c` where other shells end with 1; dash always ends with 2. */
export function errorStatus(shell: Shell, error: ExpansionError): number {
  if (shell.dialect === "dash") return 2;
  if (error.status !== 127) return error.status;
  return shell.fromCommandLine && shell.subshellDepth === 0 ? 127 : 1;
}

function* exitTrap(shell: Shell): Run {
  const text = shell.traps.get("EXIT");
  shell.traps.delete("EXIT");
  if (text === undefined || text === "") return shell.status;
  const { status } = shell;
  shell.frames = [];
  shell.loopDepth = 0;
  try {
    yield* runTrap(shell, text, "exit trap: ");
  } catch (thrown) {
    return yield* statusOf(shell, thrown);
  }
  return status;
}
