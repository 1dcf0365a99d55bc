/** Waiting for children, and what a shell says about those that a signal ended. */
import type { Process } from "../process/process.ts";
import { Signal, signalText } from "../process/signal.ts";
import { on, type Wait } from "../process/wait.ts";
import type { Run, Shell } from "../shell/shell.ts";

/** Parks until `child` has ended; its status. Trapped signals wait meanwhile. */
export function* waitFor(child: Process): Run {
  while (child.alive) yield on(child.ended);
  return child.status ?? 0;
}

/**
 * Tells of a child that died of a signal, as a shell without job control does. The long form is left out for SIGTERM and
 * for signals that the shell itself handles.
 */
export function* reportDeath(
  shell: Shell,
  child: Process,
  text: string,
): Generator<Wait, void, void> {
  const { endedBy } = child;
  if (endedBy === 0 || endedBy === Signal.INT || endedBy === Signal.PIPE) return;
  if (shell.dialect === "dash" || endedBy === Signal.TERM || shell.process.trapped.has(endedBy))
    yield* shell.err(`${signalText(endedBy)}\n`);
  else
    yield* shell.complain(
      `${String(child.pid).padStart(5)} ${signalText(endedBy).padEnd(23)} ${text}`,
    );
}
