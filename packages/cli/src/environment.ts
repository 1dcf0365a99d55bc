/** What the CLI knows of the world around it, as one value, so that commands can be tried without a terminal. */
import type { Language } from "@lvsim/scenarios";

export interface Output {
  /** Puts text on standard output. */
  readonly out: (text: string) => void;
  /** Puts text on standard error. */
  readonly err: (text: string) => void;
}

/** What a terminal tells of. */
export interface TerminalEvents {
  readonly keys: (text: string) => void;
  /** Called some thirty times in a second with the milliseconds that passed. */
  readonly tick: (passed: number) => void;
}

/** A terminal with keys; there is none where input is a pipe or a file. */
export interface KeyTerminal {
  readonly columns: number;
  readonly rows: number;
  /** Gives keys one by one from now on, until the function that it returns is called. */
  readonly open: (events: TerminalEvents) => () => void;
}

export interface Environment extends Output {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Whether standard output is a terminal. */
  readonly isTerminal: boolean;
  /** Whether standard error is one: then long work shows its progress. */
  readonly showsProgress: boolean;
  /** The next line that a person types, null at the end; left out where nobody sits at a terminal. */
  readonly readLine?: () => string | null;
  /** Null where standard input or output is no terminal. */
  readonly terminal?: KeyTerminal | null;
  /** Milliseconds of a clock that only goes forward. */
  readonly clock: () => number;
}

/** FORCE_COLOR, then NO_COLOR (no-color.org), then whether it is a terminal. */
export function usesColour({ variables, isTerminal }: Environment): boolean {
  const { FORCE_COLOR, NO_COLOR, TERM } = variables;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  return isTerminal && TERM !== "dumb";
}

/** Chinese where the locale says so, as `LANG=zh_CN.UTF-8`. */
export function languageOf({ variables }: Environment): Language {
  const locale = [variables.LC_ALL, variables.LC_MESSAGES, variables.LANG].find(
    (value) => value !== undefined && value !== "",
  );
  return locale?.toLowerCase().startsWith("zh") === true ? "zh" : "en";
}
