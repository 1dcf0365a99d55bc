/** What an invariant is: a fact that holds always, with someone who watches a network for its sake. */
import type {
  ChangeOrigin,
  Decider,
  DropReason,
  Frame,
  Instant,
  NetworkNamespace,
  NoteKind,
} from "@lvsim/core";
import type { Place, Scene } from "./scene.ts";

/** Numbers of a note; what they mean stands with core's `NOTE_KINDS`. */
export interface NoteNumbers {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/**
 * Watches one run. It is told what the trace is told, and nothing of it may change the run: a frame is the run's own object
 * and is only to be read, then and there.
 */
export interface InvariantWatch {
  /** A device or the port of a switch began to send the frame. */
  sent?(at: Instant, place: Place, frame: Frame): void;
  /** A device or the port of a switch took the frame in. */
  received?(at: Instant, place: Place, frame: Frame): void;
  /** A host consumed the frame. */
  delivered?(at: Instant, place: Place, frame: Frame): void;
  /** The frame ended. */
  dropped?(at: Instant, place: Place, frame: Frame, reason: DropReason): void;
  /** A host chose, or a table of it changed. */
  note?(
    kind: NoteKind,
    at: Instant,
    host: NetworkNamespace,
    frame: Frame | null,
    decider: Decider | null,
    numbers: NoteNumbers,
  ): void;
  /** The configuration of a host is another one now. */
  changed?(at: Instant, host: NetworkNamespace, origin: ChangeOrigin): void;
  /** Between two events, when all tables are at rest; how many rows it has read, so that large tables are read more seldom. */
  look?(at: Instant): number;
  /** The run has ended; `isQuiet` when nothing is under way any more. */
  close?(isQuiet: boolean): void;
}

/** Tells that the invariant does not hold: what was seen, where, and of which frame. */
export type Tell = (where: string, what: string, frame?: number) => void;

export interface Invariant {
  /** The fact, in the present tense; it stands in messages. */
  readonly name: string;
  /** Begins to watch a network in which nothing has happened yet. */
  watch(scene: Scene, tell: Tell): InvariantWatch;
}

/** An invariant that did not hold. */
export interface Violation {
  /** Name of the invariant. */
  readonly invariant: string;
  readonly at: Instant;
  /** Host, device, switch, port or cable. */
  readonly where: string;
  /** What was seen instead. */
  readonly what: string;
  /** Id of the frame; 0 when it is about none. */
  readonly frame: number;
}
