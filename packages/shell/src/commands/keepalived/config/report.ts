/** What keepalived says about its configuration, and how it says where. */

/** How bad it is: what `keepalived -t` exits with. */
export type Severity = "general" | "security" | "fatal";

export interface Complaint {
  readonly severity: Severity;
  /** With the place before it, as it is printed. */
  readonly text: string;
}

/** A line of a file, as an origin of what it configures. */
export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

export const NOWHERE: Place = { file: "", line: 0 };

/** Takes complaints; the place comes from where the reader stands. */
export interface Reporter {
  report(text: string, severity?: Severity): void;
}
