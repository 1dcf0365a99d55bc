/**
 * A saved lab: what it was built from and what came to it from outside, with the instants. Everything else follows,
 * since a run depends on nothing else.
 */
import type { Instant } from "@lvsim/core";
import type { LabDefinition } from "../lab-file/schema.ts";
import type { LabOptions } from "./lab-options.ts";

/** Where a run stood. Inputs may come in the midst of an instant: so many events had been fired then. */
export interface Position {
  readonly at: Instant;
  readonly events: number;
}

/** What somebody did from outside. */
export interface LabInput extends Position {
  /** A command of which the end was awaited, one that was only started, or that the last change was taken back. */
  readonly kind: "exec" | "start" | "undo";
  readonly machine: string;
  readonly command: string;
  /** The network namespace that it ran in, by its name; "" is the machine's first. */
  readonly namespace: string;
}

/** Plain data: it can be written to a file and read again. */
export interface LabSnapshot extends Position {
  readonly definition: LabDefinition;
  readonly options: Omit<LabOptions, "trace">;
  readonly inputs: readonly LabInput[];
}

export class InputLog {
  private readonly all: LabInput[] = [];

  add(input: LabInput): void {
    this.all.push(input);
  }

  inputs(): readonly LabInput[] {
    return this.all.slice();
  }
}
