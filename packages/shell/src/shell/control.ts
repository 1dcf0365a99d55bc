/** How control leaves a command other than by its end: thrown inside the executor, caught by what it is meant for. */

/** `break N`. */
export class Break {
  levels: number;
  /** What the loop's status becomes. */
  readonly status: number;

  constructor(levels: number, status = 0) {
    this.levels = levels;
    this.status = status;
  }
}

/** `continue N`. */
export class Continue {
  levels: number;

  constructor(levels: number) {
    this.levels = levels;
  }
}

/** `return N`: leaves a function or a sourced file. */
export class Return {
  readonly status: number;

  constructor(status: number) {
    this.status = status;
  }
}

/** Ctrl-C at the terminal of an interactive shell: back to its prompt. */
export class Interrupted {}

/** `exit N`, `set -e`, and errors that end a shell which is not interactive. */
export class Exit {
  readonly status: number;

  constructor(status: number) {
    this.status = status;
  }
}

/**
 * An error of an expansion or assignment, as bash words it after `NAME: line N: `. A shell that is not interactive ends
 * by most of them.
 */
export class ExpansionError {
  readonly message: string;
  /** Whether the whole shell ends, not only the command. */
  readonly fatal: boolean;
  readonly status: number;

  constructor(message: string, fatal: boolean, status = 1) {
    this.message = message;
    this.fatal = fatal;
    this.status = status;
  }
}
