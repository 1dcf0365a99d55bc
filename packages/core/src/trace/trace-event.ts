/** What a recorder gives back: one closed union over everything that `Trace` is told. */
import type { Instant } from "../time/instant.ts";
import type { DropReason } from "./drop-reason.ts";
import type { FrameHeader } from "./frame-header.ts";
import type { ChangeOrigin, ChangePatch, Decider, NoteKind } from "./trace.ts";

/** What the numbers `a` to `d` of a note are called; their meaning is with `NOTE_KINDS`. */
export const NOTE_FIELDS = {
  verdict: ["hook", "verdict"],
  log: ["hook", "inputInterface", "outputInterface"],
  route: ["routeType", "outputInterface", "nextHop", "phase"],
  scheduled: ["server", "serverPort", "forwardingMethod"],
  connection: ["from", "to", "protocol", "timeout"],
  forwarded: ["forwardingMethod", "destination", "destinationPort"],
  neighbour: ["address", "from", "to", "linkAddress"],
  "arp-suppressed": ["target", "sender"],
  "tcp-state": ["from", "to", "localPort", "remotePort"],
  "tcp-retransmit": ["sequenceNumber", "timeoutMs", "attempt"],
  application: [],
  process: ["pid", "status"],
} as const satisfies Record<NoteKind, readonly string[]>;

interface EventBase {
  /** Its number in the run, from 0; events that the recorder has lost are counted. */
  readonly index: number;
  readonly at: Instant;
  /** Name of the device, host or switch. */
  readonly place: string;
}
interface FrameEvent extends EventBase {
  /** Id of the frame. */
  readonly frame: number;
  /** Its header at that moment. */
  readonly header: FrameHeader;
}

/** A device began to send the frame. */
export interface SentEvent extends FrameEvent {
  readonly kind: "sent";
}
/** A device took the frame in. */
export interface ReceivedEvent extends FrameEvent {
  readonly kind: "received";
}
/** A socket or a protocol consumed the frame. */
export interface DeliveredEvent extends FrameEvent {
  readonly kind: "delivered";
}
/** The frame ended here. */
export interface DroppedEvent extends FrameEvent {
  readonly kind: "dropped";
  readonly reason: DropReason;
  /** What decided so; null when nothing of the configuration did. */
  readonly decider: Decider | null;
}
/** A choice or a change of a table, one member for each of `NOTE_KINDS`, with its numbers by name. */
export type NoteEvent = {
  [Kind in NoteKind]: EventBase & {
    readonly kind: Kind;
    /** Id of the frame that caused it; 0 for a timer or a command. */
    readonly frame: number;
    readonly decider: Decider | null;
  } & { readonly [Field in (typeof NOTE_FIELDS)[Kind][number]]: number };
}[NoteKind];
/** The configuration of a host changed. */
export interface ChangedEvent extends EventBase {
  readonly kind: "changed";
  readonly origin: ChangeOrigin;
  readonly patches: readonly ChangePatch[];
}

export type TraceEvent =
  | SentEvent
  | ReceivedEvent
  | DeliveredEvent
  | DroppedEvent
  | NoteEvent
  | ChangedEvent;
