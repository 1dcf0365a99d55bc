/** Signals of Linux on x86 and arm64 (`signal(7)`), by number and by name. */

const NAMES = (
  "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG " +
  "XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
).split(" ");

export const Signal = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  KILL: 9,
  USR1: 10,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  XCPU: 24,
} as const;

/** Without `SIG`, as `kill -l` prints it; undefined when there is none. */
export const signalName = (signal: number): string | undefined => NAMES[signal - 1];

/** The number of `INT`, `sigint`, `SIGINT` or `2`; undefined when there is none. */
export function signalNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) {
    const value = Number(text);
    return value <= NAMES.length ? value : undefined;
  }
  const at = NAMES.indexOf(text.toUpperCase().replace(/^SIG/, ""));
  return at < 0 ? undefined : at + 1;
}

/** What a shell says about a child that died of `signal` (strsignal). */
const TEXTS: Readonly<Record<number, string>> = {
  1: "Hangup",
  2: "Interrupt",
  3: "Quit",
  6: "Aborted",
  9: "Killed",
  10: "User defined signal 1",
  11: "Segmentation fault",
  12: "User defined signal 2",
  13: "Broken pipe",
  14: "Alarm clock",
  15: "Terminated",
  24: "CPU time limit exceeded",
  25: "File size limit exceeded",
};
export const signalText = (signal: number): string => TEXTS[signal] ?? signalName(signal) ?? "";

/** SIGSTOP, SIGTSTP, SIGTTIN and SIGTTOU. */
export const isStopping = (signal: number): boolean => signal >= 19 && signal <= 22;

/** Signals that do nothing to a process which does not ask for them. */
export const isIgnoredByDefault = (signal: number): boolean =>
  signal === 17 || signal === 18 || signal === 23 || signal === 28;

/** Thrown into a process's generator where it parks: a signal ends it. Its `finally` blocks still run. */
export class Killed {
  readonly signal: number;

  constructor(signal: number) {
    this.signal = signal;
  }
}
