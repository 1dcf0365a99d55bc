/**
 * All that diagnosis may look at: the trace, the configuration and the topology of a run, and how the requests in
 * question ended. It sees no name, text or check of a lab, so that it cannot know the answer.
 */
import type { FrameIndex, Instant, NamespaceConfig, PastChange, TraceEvent } from "@lvsim/core";

/** Something typed on a machine. */
export interface Command {
  readonly machine: string;
  readonly command: string;
}

/** One machine: its cables, its default gateway as it booted, its configuration when the request had ended. */
export interface HostFacts {
  readonly name: string;
  /** Segment by name of device. */
  readonly cables: ReadonlyMap<string, string>;
  /** As it booted; "" for none. */
  readonly gateway: string;
  readonly config: NamespaceConfig;
  /** What had been changed until then, the oldest first. */
  readonly past: () => readonly PastChange[];
}

/** A command that sends a request, and how it ended. */
export interface RequestFacts extends Command {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly beganAt: Instant;
  readonly endedAt: Instant;
  /** Numbers of the first event after its beginning and the first after its end. */
  readonly firstEvent: number;
  readonly endEvent: number;
  /** Whether it came to what was asked for; null when nobody said what that is. */
  readonly asExpected: boolean | null;
}

export interface Evidence {
  readonly hosts: readonly HostFacts[];
  readonly requests: readonly RequestFacts[];
  readonly events: readonly TraceEvent[];
  readonly frames: FrameIndex;
  /** Which wishes of whoever asks hold at the end; empty when there are none, or it was not played to the end. */
  readonly wishes: readonly boolean[];
  /** What else was typed, in order, with its number among the inputs. */
  readonly typed: readonly Typed[];
}

/** Something typed that is no request. */
export interface Typed extends Command {
  readonly input: number;
  /** It was over before the first request. */
  readonly early: boolean;
}

/** Something typed otherwise: another command, or "" for none. */
export interface Instead {
  readonly input: number;
  readonly command: string;
}

/** What is tried on a fork. */
export interface Trial {
  readonly changes: readonly Command[];
  /** Number of the request before which they are made. */
  readonly before: number;
  readonly instead: readonly Instead[];
  /** The machine that sends the requests of the machine `of` instead; "" for none. */
  readonly from: string;
  readonly of: string;
}

/** Plays the same inputs once more, on a lab of its own. */
export interface Stage {
  /** Somebody says what should hold at the end, whatever the requests came to. */
  readonly hasWishes: boolean;
  /** Up to the end of request number `until`; null for all requests. */
  play(trial: Trial | null, until: number | null): Evidence;
}
