/** What came of running a lab once, as plain values: everything that views show is made from this. */
import type { FrameIndex, Instant, NamespaceConfig, PastChange, TraceEvent } from "@lvsim/core";
import type { LabDefinition } from "../lab-file/schema.ts";

/** One start-up command line of a host, and how it ended. */
export interface StartRun {
  readonly host: string;
  readonly command: string;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it ended as the lab file says: with success, or without it where the line says `# fails`. */
  readonly asExpected: boolean;
}

/** One request of the traffic. */
export interface RequestRun {
  readonly from: string;
  readonly command: string;
  readonly beganAt: Instant;
  readonly endedAt: Instant;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The frame that opened it; 0 when it sent none. */
  readonly frame: number;
  /** The host that took the request in, by its packets; null when none did. */
  readonly server: string | null;
}

/** What a command showed at the end of the run. */
export interface Listing {
  readonly host: string;
  readonly command: string;
  readonly output: string;
}

/** A host's configuration as it booted, after its start-up commands, and as it was at the end. */
export interface HostRun {
  readonly name: string;
  readonly before: NamespaceConfig;
  readonly started: NamespaceConfig;
  readonly after: NamespaceConfig;
  /** Every change of it, the oldest first. */
  readonly past: () => readonly PastChange[];
}

export interface LabRun {
  /** What was asked for: a lab's name or a file. */
  readonly name: string;
  readonly definition: LabDefinition;
  readonly seed: string;
  readonly hosts: readonly HostRun[];
  readonly starts: readonly StartRun[];
  readonly requests: readonly RequestRun[];
  readonly listings: readonly Listing[];
  /** The trace from the first request on, or all of it when there was room. */
  readonly events: readonly TraceEvent[];
  readonly frames: FrameIndex;
  /** Trace events of the whole run. */
  readonly eventCount: number;
  readonly fingerprint: string;
  readonly endedAt: Instant;
  /** The limit that ended the run early, by its name; null for none. */
  readonly limit: string | null;
}
