/** What a lab sheet says, as plain values: machines, and steps in the order of the document. */

/** A machine that the sheet has prompts or a section of its own for. */
export interface SheetMachine {
  /** Name in the lab. */
  readonly name: string;
  readonly hostname: string;
  readonly role: "director" | "real server" | "client" | "gateway" | "machine";
  /** `eth0` and so on, with address and prefix length. */
  readonly devices: readonly SheetDevice[];
  readonly gateway: string | null;
  /** What its web server shows, if the sheet wants one without saying how; null for none. */
  readonly page: string | null;
  /** The line that it was found by. */
  readonly line: number;
}

export interface SheetDevice {
  readonly address: string;
  readonly prefixLength: number;
}

interface Step {
  readonly machine: string;
  readonly line: number;
}

/** Something to type, and what the sheet says that it prints. */
export interface CommandStep extends Step {
  readonly kind: "command";
  /** May have several lines. */
  readonly command: string;
  /** Lines of output; empty when the sheet shows none. */
  readonly expected: readonly string[];
  /** Whether it stands in a sentence: it is tried aside, and changes nothing. */
  readonly aside: boolean;
}

/** A file that the reader is told to write. */
export interface FileStep extends Step {
  readonly kind: "file";
  /** How the sheet says it, as `vim FILE`. */
  readonly command: string;
  readonly path: string;
  readonly content: string;
  /** Another version of it below "example:", which is not used; null for none. */
  readonly other: { readonly content: string; readonly line: number } | null;
}

export type SheetStep = CommandStep | FileStep;

/** Something that the player of a sheet should know. */
export interface SheetNote {
  readonly line: number;
  readonly en: string;
  readonly zh: string;
}

export interface Sheet {
  readonly title: string;
  readonly image: "centos-7" | "debian-12";
  readonly machines: readonly SheetMachine[];
  readonly steps: readonly SheetStep[];
  readonly notes: readonly SheetNote[];
}

/** More than any sheet has: whoever wrote it did not mean to teach. */
export class SheetError extends Error {
  override readonly name = "SheetError";
}

const LIMITS = { lines: 20_000, sections: 1_000, commands: 2_000, machines: 60 } as const;

/** Throws `SheetError` where there is too much of something. */
export function bounded(what: keyof typeof LIMITS, count: number): void {
  if (count > LIMITS[what])
    throw new SheetError(`${count} ${what}: a lab sheet has at most ${LIMITS[what]}`);
}
