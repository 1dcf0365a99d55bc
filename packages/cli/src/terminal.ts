/** The process's own terminal, key by key, and time as it passes. The only place with a timer. */
import type { KeyTerminal, TerminalEvents } from "./environment.ts";

const TICK_MS = 30;
/** A computer that slept does not make up for it. */
const PASSED_MAX = 1000;

/** Null unless both ends are a terminal. */
export function processTerminal({ stdin, stdout }: NodeJS.Process): KeyTerminal | null {
  if (stdin.isTTY !== true || stdout.isTTY !== true) return null;
  return {
    columns: stdout.columns > 0 ? stdout.columns : 80,
    rows: stdout.rows > 0 ? stdout.rows : 24,
    open: ({ keys, tick }: TerminalEvents) => {
      stdin.setRawMode(true);
      stdin.setEncoding("utf8");
      stdin.on("data", keys);
      stdin.resume();
      let last = performance.now();
      const timer = setInterval(() => {
        const now = performance.now();
        tick(Math.min(now - last, PASSED_MAX));
        last = now;
      }, TICK_MS);
      return () => {
        clearInterval(timer);
        stdin.off("data", keys);
        stdin.setRawMode(false);
        stdin.pause();
      };
    },
  };
}
