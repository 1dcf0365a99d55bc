/**
 * Whether a connection's time is over, or nearly, at a step: real timers fire late by the grain of the kernel's wheel,
 * so its entry may still be listed or not. Reckoned from the recording's own listings, which are inputs here.
 */

/** Lines of /proc/net/ip_vs_conn end in the state and the seconds left. */
const LISTED = /^(.*\S)\s+\S+\s+(\d+)\s*$/;

interface Listed {
  readonly at: number;
  readonly left: number;
  /** The most that was ever left: the grain of the timer follows from it. */
  readonly most: number;
}

/** Milliseconds by which a timer that never had more than `seconds` may be late. */
const latenessMs = (seconds: number): number => {
  if (seconds <= 16) return 300;
  return seconds <= 131 ? 2100 : 16_500;
};
const EARLY_MS = 1100;

export class LateTimers {
  private readonly connections = new Map<string, Listed>();

  /** Whether some connection is about to run out, or has just, at `atMs`. */
  near(atMs: number): boolean {
    for (const { at, left, most } of this.connections.values()) {
      const over = atMs - (at + left * 1000);
      if (over >= -EARLY_MS && over <= latenessMs(most)) return true;
    }
    return false;
  }

  /** Takes note of a listing that was made at `atMs`. */
  listed(lines: readonly string[], atMs: number): void {
    for (const line of lines) {
      const match = LISTED.exec(line);
      if (match === null) continue;
      const key = match[1] as string;
      const left = Number(match[2]);
      const most = Math.max(left, this.connections.get(key)?.most ?? 0);
      this.connections.set(key, { at: atMs, left, most });
    }
  }
}
