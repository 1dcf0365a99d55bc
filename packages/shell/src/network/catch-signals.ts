/** Signal handlers of a command, as sigaction(2) sets them: they also replace an inherited "ignore". */
import type { Process } from "../process/process.ts";

/** Signals come into `process.pending` from now on; call what it gives to put everything back. */
export function catchSignals(process: Process, signals: readonly number[]): () => void {
  const before = signals.map((signal) => ({
    signal,
    ignored: process.ignored.delete(signal),
    trapped: process.trapped.has(signal),
  }));
  for (const signal of signals) process.trapped.add(signal);
  return () => {
    for (const { ignored, signal, trapped } of before) {
      if (!trapped) process.trapped.delete(signal);
      if (ignored) process.ignored.add(signal);
    }
  };
}
