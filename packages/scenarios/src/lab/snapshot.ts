/**
 * A saved lab: what it was built from and what came to it from outside, with the instants. Everything else follows,
 * since a run depends on nothing else.
 *
 * What comes from outside is what goes through `Lab`: what somebody does to a machine, a socket or a cable behind its
 * back, a snapshot does not know. Left out: copies by value, which would save running up to the instant once more.
 */

import type { Instant } from "@lvsim/core";
import type { TerminalSize } from "@lvsim/shell";
import type { LabDefinition } from "../lab-file/schema.ts";
import type { LabOptions } from "./lab-options.ts";

/** Where a run stood. Inputs may come in the midst of an instant: so many events had been fired then. */
export interface Position {
  readonly at: Instant;
  readonly events: number;
}

/** What somebody did from outside. */
export type LabAct =
  | {
      /** A command of which the end was awaited, or one that was only started. */
      readonly kind: "exec" | "start";
      readonly machine: string;
      readonly command: string;
      /** The network namespace that it ran in, by its name; "" is the machine's first. */
      readonly namespace: string;
    }
  /** Ctrl-C to a command that was started; which of them, from 0. */
  | { readonly kind: "interrupt"; readonly started: number }
  /** Somebody logged in at a new terminal. */
  | {
      readonly kind: "login";
      readonly machine: string;
      /** Of its screen; null for the usual one. */
      readonly size: TerminalSize | null;
    }
  /** Keys at a terminal; which of them, from 0. */
  | { readonly kind: "type"; readonly terminal: number; readonly text: string }
  /** The last change of the configuration was taken back. */
  | { readonly kind: "undo"; readonly machine: string };

/** What somebody did, and when. */
export type LabInput = Position & LabAct;

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
