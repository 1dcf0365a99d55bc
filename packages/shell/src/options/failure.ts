/** How a command ends early because of what the user gave it: thrown inside the command, never out of it. */
import { result, type SimpleResult } from "../command.ts";

export class CommandFailure {
  readonly status: number;
  /** What goes to standard error, with its newline. */
  readonly stderr: string;

  constructor(status: number, stderr: string) {
    this.status = status;
    this.stderr = stderr;
  }
}

/** Runs `body`; a `CommandFailure` that it throws becomes its result. Whatever else it throws is our own bug. */
export function orFailure(body: () => SimpleResult): SimpleResult {
  try {
    return body();
  } catch (thrown) {
    if (!(thrown instanceof CommandFailure)) throw thrown;
    return result({ status: thrown.status, stderr: thrown.stderr });
  }
}
