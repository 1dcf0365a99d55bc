/**
 * A saved lab: what it was built from and what came to it from outside, with the instants. Everything else follows,
 * since a run depends on nothing else.
 */
import type { Instant } from "@lvsim/core";
import type { LabDefinition } from "../lab-file/schema.ts";
import type { LabOptions } from "./lab-options.ts";

/** A command that somebody typed. */
export interface LabInput {
  readonly at: Instant;
  readonly machine: string;
  readonly command: string;
  /** The network namespace that it ran in, by its name; "" is the machine's first. */
  readonly namespace: string;
  /** Whether time passed until it had ended before anything else was done. */
  readonly waits: boolean;
}

/** Plain data: it can be written to a file and read again. */
export interface LabSnapshot {
  readonly definition: LabDefinition;
  readonly options: Omit<LabOptions, "trace">;
  readonly inputs: readonly LabInput[];
  readonly at: Instant;
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
