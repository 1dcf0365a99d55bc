/** `lvsim lab LAB`: a terminal on a lab, with keys and paced time, or line by line where there is no terminal. */
import { readFileSync, writeFileSync } from "node:fs";
import { milliseconds } from "@lvsim/core";
import {
  LabConsole,
  type Language,
  readSession,
  SessionFileError,
  sizeOfSession,
} from "@lvsim/scenarios";
import type { TerminalSize } from "@lvsim/shell";
import stringWidth from "string-width";
import { type Environment, type KeyTerminal, usesColour } from "../environment.ts";
import { inputLines } from "../input-lines.ts";
import { findLab } from "../labs.ts";
import { painter } from "../paint.ts";
import { UsageError, unreadable, unwritable } from "../usage-error.ts";

export interface LabCommandOptions {
  readonly seed: string;
  readonly language: Language;
  readonly variant: string | undefined;
  /** A session to do once more; null for one at the terminal. */
  readonly replay: string | null;
}

const COLUMNS = 100;

export function labCommand(
  name: string,
  { seed, language, variant, replay }: LabCommandOptions,
  environment: Environment,
): number {
  const definition = findLab(name, variant);
  const session = replay === null ? null : sessionOf(replay);
  const terminal = session === null ? (environment.terminal ?? null) : null;
  const columns = terminal?.columns ?? COLUMNS;
  const lab = new LabConsole({
    name: variant === undefined ? name : `${name} --variant ${variant}`,
    definition,
    seed,
    size: session === null ? sizeOf(terminal) : session.size,
    page: { language, columns, widthOf: stringWidth, showMacs: false },
    paint: painter(usesColour(environment)),
    isScreen: terminal !== null,
    write,
  });
  if (terminal !== null) {
    atTerminal(lab, environment);
    return 0;
  }
  environment.out(lab.take());
  if (session !== null) {
    lab.replay(session.entries);
    environment.out(lab.take());
  } else
    for (const line of inputLines()) {
      lab.typeLine(line);
      environment.out(lab.take());
      if (lab.done) break;
    }
  lab.quit();
  return 0;
}

/** Keys and time until somebody leaves; the program ends then, as nothing is left to wait for. */
function atTerminal(lab: LabConsole, { terminal, out }: Environment): void {
  const show = (): void => {
    out(lab.take());
    if (lab.done) close?.();
  };
  const close = terminal?.open({
    keys: (text) => {
      lab.press(text);
      show();
    },
    tick: (passed) => {
      lab.tick(milliseconds(passed));
      show();
    },
  });
  show();
}

const sizeOf = (terminal: KeyTerminal | null): TerminalSize | null =>
  terminal === null ? null : { columns: terminal.columns, rows: terminal.rows };

interface RecordedSession {
  readonly entries: ReturnType<typeof readSession>;
  readonly size: TerminalSize | null;
}

function sessionOf(file: string): RecordedSession {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw unreadable(file, error);
  }
  try {
    return { entries: readSession(text, file), size: sizeOfSession(text) };
  } catch (error) {
    if (error instanceof SessionFileError) throw new UsageError(error.message);
    throw error;
  }
}

function write(path: string, content: string | Uint8Array): string | null {
  try {
    writeFileSync(path, content);
    return null;
  } catch (error) {
    return unwritable(path, error).message;
  }
}
