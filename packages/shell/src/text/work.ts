/** A bound on the work of one match, so that a hostile pattern ends instead of running for hours. */
export const MATCH_WORK_MAX = 20_000_000;

/** Thrown when a match would take too much work; the process that asked ends by SIGXCPU. */
export class TooMuchWork {
  readonly name = "TooMuchWork";
}
