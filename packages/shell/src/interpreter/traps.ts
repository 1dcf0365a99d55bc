/** `trap`: handlers of signals, and the pseudo-signals EXIT, ERR, DEBUG and RETURN. */
import { Signal, signalName } from "../process/signal.ts";
import type { Wait } from "../process/wait.ts";
import { Interrupted } from "../shell/control.ts";
import type { Run, Shell } from "../shell/shell.ts";
import { Source } from "../shell/source.ts";

/** Runs the handlers of the signals that came; `$?` is as before afterwards. */
export function* runPendingTraps(shell: Shell): Generator<Wait, void, void> {
  const { pending } = shell.process;
  for (let signal = pending.shift(); signal !== undefined; signal = pending.shift()) {
    const text = shell.traps.get(signalName(signal) ?? "");
    // a program that handled Ctrl-C itself, as ping does, only ends loops
    const isOver = shell.status === 128 + Signal.INT || shell.loopDepth > 0;
    if (text === undefined && shell.interactive && signal === Signal.INT && isOver)
      throw new Interrupted();
    if (signal === Signal.CHLD && !shell.jobControl) continue;
    if (text !== undefined && text !== "") yield* runTrap(shell, text);
  }
}

/** Runs a handler. */
export function* runTrap(shell: Shell, text: string, who = ""): Run {
  const { status, pipeStatus, source, line } = shell;
  const file = source.file;
  yield* shell.executor.run(shell, new Source(text, file, who === "" ? line : 1), who);
  const after = shell.status;
  shell.status = status;
  shell.pipeStatus = pipeStatus;
  shell.source = source;
  shell.line = line;
  return after;
}

/** The ERR trap, unless it runs already or stands outside a function that does not inherit it. */
export function* runErrorTrap(shell: Shell): Generator<Wait, void, void> {
  const text = shell.traps.get("ERR");
  const isInherited =
    shell.options.has("errtrace") || !shell.frames.some((frame) => frame.isFunction);
  if (text === undefined || text === "" || shell.inTrap === "ERR" || !isInherited) return;
  shell.inTrap = "ERR";
  yield* runTrap(shell, text);
  shell.inTrap = null;
}

/** RETURN, after a function or a sourced file. */
export function* runReturnTrap(shell: Shell): Generator<Wait, void, void> {
  const text = shell.traps.get("RETURN");
  if (text === undefined || text === "" || shell.inTrap === "RETURN") return;
  shell.inTrap = "RETURN";
  yield* runTrap(shell, text);
  shell.inTrap = null;
}

/** DEBUG, before every simple command. */
export function* runDebugTrap(shell: Shell): Generator<Wait, void, void> {
  const text = shell.traps.get("DEBUG");
  if (
    text === undefined ||
    text === "" ||
    shell.inTrap === "DEBUG" ||
    shell.frames.some((f) => f.isFunction)
  )
    return;
  shell.inTrap = "DEBUG";
  yield* runTrap(shell, text);
  shell.inTrap = null;
}
