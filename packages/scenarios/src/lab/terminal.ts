/** Somebody logged in on a machine of a lab: keys go through the lab, which must know of them. */
import type { Instant } from "@lvsim/core";
import type { LoginSession } from "@lvsim/shell";

export class LabTerminal {
  readonly machine: string;
  private readonly session: LoginSession;
  private readonly onType: (text: string) => void;

  constructor(machine: string, session: LoginSession, onType: (text: string) => void) {
    this.machine = machine;
    this.session = session;
    this.onType = onType;
  }

  /** Whether the shell has ended. */
  get done(): boolean {
    return this.session.done;
  }

  /** What stands before the command line that the shell waits for; null while it is busy. */
  get prompt(): string | null {
    return this.session.prompt;
  }

  /** `$?`: how the last command line ended. */
  get status(): number {
    return this.session.status;
  }

  /** What relative names in a command line count from. */
  get cwd(): string {
    return this.session.cwd;
  }

  /** Presses keys; at a prompt, a line that was edited already with its newline, or one control character. */
  type(text: string): void {
    this.onType(text);
  }

  /** What was written to the screen since the last call. */
  take(): string {
    return this.session.take();
  }
}

/** How a command line ended. */
export interface TypedResult {
  /** What came to the screen. */
  readonly output: string;
  /** Whether the next prompt came before `deadline`. */
  readonly ended: boolean;
}

/** A lab as far as waiting for a prompt needs it. */
export interface Waiting {
  readonly now: Instant;
  until(instant: Instant): unknown;
  readonly simulation: { readonly engine: { step(): boolean; limitReached(): string | null } };
}

/** Lets time pass until `terminal` asks for a command line again, or until `deadline`. */
export function untilPrompt(lab: Waiting, terminal: LabTerminal, deadline: Instant): TypedResult {
  const { engine } = lab.simulation;
  // the shell has not read what was typed at this instant
  lab.until(lab.now);
  let output = terminal.take();
  while (terminal.prompt === null && !terminal.done && lab.now <= deadline) {
    if (engine.limitReached() !== null || !engine.step()) break;
    output += terminal.take();
  }
  // inputs come between instants, never in the midst of one
  lab.until(lab.now);
  return { output: output + terminal.take(), ended: terminal.prompt !== null || terminal.done };
}
