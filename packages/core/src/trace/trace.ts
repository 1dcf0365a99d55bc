/**
 * What a run shows. Everything that happens to a frame or to a table is told to one `Trace`, and every
 * view (walk, ladder, pcap, ownership, diagnosis, fingerprint) is made from it. On the hot path callers write
 * `if (trace !== null) trace.…(…)`; nothing here may change the run.
 */
import type { Frame } from "../packet/frame.ts";
import type { Instant } from "../time/instant.ts";
import type { DropReason } from "./drop-reason.ts";

/** A network device, host or switch as the trace names it: a small integer given out by `Trace.place`. */
export type PlaceId = number;

/**
 * What decided: a rule, route, address, neighbour entry, sysctl or server, as an immutable value or a live
 * object that can say its name. It is kept by reference and put into words only when somebody reads the trace.
 */
export interface Decider {
  describe(): string;
}

/** Events about tables and choices; `a` to `d` are numbers whose meaning each kind documents. */
export const NOTE_KINDS = [
  /** Netfilter: a hook's verdict. a = HookPoint, b = Verdict. Decider: the hook or the rule. */
  "verdict",
  /** A LOG rule matched. a = HookPoint, b = input interface index, c = output interface index. Decider: the rule. */
  "log",
  /** A routing decision. a = route type, b = output interface index, c = next hop (0: on-link), d = HookPoint-independent phase: 0 input, 1 output. Decider: the route. */
  "route",
  /** IPVS chose a server. a = server address, b = server port, c = forwarding method. Decider: the virtual service. */
  "scheduled",
  /** An IPVS connection changed its state. a = old state, b = new state, c = protocol, d = its timeout in seconds (0: mainline's). Decider: the connection. */
  "connection",
  /** IPVS passed the packet on. a = forwarding method, b = new destination, c = new destination port. Decider: the connection. */
  "forwarded",
  /** A neighbour entry changed. a = address, b = old NUD state, c = new NUD state, d = link address. Decider: what caused it. */
  "neighbour",
  /** A host would have answered an ARP request but a setting forbids it. a = target address, b = sender address. Decider: the sysctl. */
  "arp-suppressed",
  /** A TCP socket changed its state. a = old, b = new, c = local port, d = remote port. */
  "tcp-state",
  /** A segment was sent again. a = sequence number, b = retransmission timeout in ms, c = how often. */
  "tcp-retransmit",
  /** An application says something: accepted, answered, failed. Decider: its words. */
  "application",
  /** A process of the shell began or ended. a = pid, b = exit status (−1: began). Decider: its command line. */
  "process",
] as const;
export type NoteKind = (typeof NOTE_KINDS)[number];

/** Where a change of configuration came from. */
export interface ChangeOrigin {
  readonly machine: string;
  /** The command, as `ipvsadm -C`. */
  readonly process: string;
  /** Script file, or "" for a command typed or given by a lab. */
  readonly file: string;
  /** Line in that file, from 1; 0 when there is none. */
  readonly line: number;
}

/** One change of a namespace's configuration, by immer's patches. */
export interface ChangePatch {
  readonly op: "add" | "remove" | "replace";
  readonly path: readonly (string | number)[];
  readonly value?: unknown;
}

export interface Trace {
  /** The id for a place with this name, the same for the same name. Called while a simulation is built. */
  place(name: string): PlaceId;
  /** A device began to send `frame`. */
  sent(at: Instant, device: PlaceId, frame: Frame): void;
  /** A device took in `frame`. */
  received(at: Instant, device: PlaceId, frame: Frame): void;
  /** `frame` ends here. */
  dropped(
    at: Instant,
    place: PlaceId,
    frame: Frame,
    reason: DropReason,
    decider: Decider | null,
  ): void;
  /** A transport handed the content of `frame` to a socket or consumed it: its story ends well. */
  delivered(at: Instant, host: PlaceId, frame: Frame): void;
  /** A choice or a change of a table; `frame` is what caused it, null for a timer or a command. */
  note(
    kind: NoteKind,
    at: Instant,
    host: PlaceId,
    frame: Frame | null,
    decider: Decider | null,
    a?: number,
    b?: number,
    c?: number,
    d?: number,
  ): void;
  /** The configuration of `host` changed. */
  changed(at: Instant, host: PlaceId, origin: ChangeOrigin, patches: readonly ChangePatch[]): void;
}
