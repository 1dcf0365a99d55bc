/**
 * The exchanges that a request began, as the trace shows them: the frame that opened each, what carried it further, its
 * answer, and where either ended.
 */
import {
  ArpOperation,
  type DroppedEvent,
  type DropReason,
  EtherType,
  type FrameHeader,
  type FrameIndex,
  FrameOrigin,
  HookPoint,
  IpProtocol,
  type Ipv4Address,
  TcpFlag,
  type TraceEvent,
} from "@lvsim/core";
import { hostOfPlace, isOpening } from "../run/answers.ts";
import type { Evidence, RequestFacts } from "./evidence.ts";

/** How the way of a packet ended. */
export type End =
  | { readonly kind: "delivered"; readonly host: string; readonly event: TraceEvent }
  | {
      readonly kind: "dropped";
      /** "" for a cable or a switch. */
      readonly host: string;
      readonly place: string;
      readonly reason: DropReason;
      /** What decided, in words; "" for nothing. */
      readonly why: string;
      readonly event: DroppedEvent;
    }
  | {
      /** It waited for a neighbour that did not answer. */
      readonly kind: "unresolved";
      readonly host: string;
      readonly address: Ipv4Address;
      readonly event: TraceEvent | null;
    }
  /** Nobody took it in: nobody has the link address that it went to. */
  | { readonly kind: "vanished"; readonly host: string; readonly event: TraceEvent | null };

/** The way of one packet through the network. */
export interface Leg {
  readonly frame: number;
  /** The frames that carried it, itself first. */
  readonly frames: ReadonlySet<number>;
  readonly events: readonly TraceEvent[];
  /** As it was first seen; null when it never left. */
  readonly header: FrameHeader | null;
  /** Machines that took it in or sent it, in order. */
  readonly path: readonly string[];
  readonly end: End;
}

export interface Flow {
  /** The packet that opened it and its repetitions. */
  readonly attempts: readonly Leg[];
  /** The first answer to each attempt that had one. */
  readonly answers: readonly Leg[];
  readonly header: FrameHeader | null;
}

export class Flows {
  private readonly evidence: Evidence;
  private readonly hosts: ReadonlySet<string>;

  constructor(evidence: Evidence) {
    this.evidence = evidence;
    this.hosts = new Set(evidence.hosts.map(({ name }) => name));
  }

  hostOf(place: string): string {
    return hostOfPlace(place, this.hosts);
  }

  /** The exchanges that the machine of the request opened while it ran. */
  of(request: RequestFacts): Flow[] {
    const { frames } = this.evidence;
    const openings = new Map<number, number[]>();
    for (const event of this.during(request)) {
      if (event.kind === "changed" || event.frame === 0) continue;
      if (this.hostOf(event.place) !== request.machine || !leaves(event)) continue;
      const header = firstHeader(frames, event.frame);
      const { frame } = event;
      if (header !== null && !isOpening(header)) continue;
      if (header === null && frames.childrenOf(frame).length === 0) continue;
      const origin = frames.parentOf(frame);
      const root = origin?.origin === FrameOrigin.retransmitted ? this.firstOf(frame) : frame;
      const known = openings.get(root) ?? [];
      if (!known.includes(frame)) openings.set(root, [...known, frame]);
    }
    return [...openings.values()].map((attempts) => this.flow(attempts));
  }

  /** Events between the beginning and the end of a request. */
  during({ firstEvent, endEvent }: RequestFacts): readonly TraceEvent[] {
    const { events } = this.evidence;
    const lost = events[0]?.index ?? 0;
    return events.slice(Math.max(firstEvent - lost, 0), Math.max(endEvent - lost, 0));
  }

  private firstOf(frame: number): number {
    const { frames } = this.evidence;
    let at = frame;
    for (
      let kin = frames.parentOf(at);
      kin?.origin === FrameOrigin.retransmitted;
      kin = frames.parentOf(at)
    )
      at = kin.parent;
    return at;
  }

  private flow(frames: readonly number[]): Flow {
    const attempts = frames.map((frame) => this.leg(frame));
    const answers = attempts.flatMap((leg) => this.answerTo(leg) ?? []);
    return {
      attempts,
      answers,
      header: attempts.find(({ header }) => header !== null)?.header ?? null,
    };
  }

  private answerTo(leg: Leg): Leg | undefined {
    const { frames } = leg;
    const index = this.evidence.frames;
    for (const frame of frames)
      for (const child of index.childrenOf(frame)) {
        const origin = index.parentOf(child)?.origin;
        if (origin !== FrameOrigin.answer && origin !== FrameOrigin.quoted) continue;
        if (firstHeader(index, child)?.etherType !== EtherType.ipv4) continue;
        return this.leg(child);
      }
    return this.datagramBack(leg);
  }

  /** A program's datagram back, from whichever address: another socket may have sent it. */
  private datagramBack({ events, end }: Leg): Leg | undefined {
    if (end.kind !== "delivered" || !("header" in end.event)) return undefined;
    const asked = end.event.header;
    if (asked.protocol !== IpProtocol.udp) return undefined;
    const after = events.at(-1)?.index ?? 0;
    for (const event of this.evidence.events) {
      if (event.index <= after || !("header" in event) || !leaves(event)) continue;
      const { header } = event;
      if (
        header.protocol === IpProtocol.udp &&
        header.sourcePort === asked.destinationPort &&
        header.destination === asked.source &&
        header.destinationPort === asked.sourcePort &&
        this.hostOf(event.place) === end.host
      )
        return this.leg(event.frame);
    }
    return undefined;
  }

  /** Follows a packet, inside tunnels too, to where it ended. */
  leg(frame: number): Leg {
    const index = this.evidence.frames;
    const frames = index.sameContent(frame);
    const events = [...frames].flatMap((one) => index.story(one)).sort((a, b) => a.index - b.index);
    const path: string[] = [];
    for (const { kind, place } of events) {
      const host = this.hostOf(place);
      if (host === "" || (kind !== "sent" && kind !== "delivered" && kind !== "verdict")) continue;
      if (path.at(-1) !== host) path.push(host);
    }
    const header = firstHeader(index, frame);
    return { frame, frames, events, header, path, end: this.endOf(frames, events, header) };
  }

  private endOf(
    frames: ReadonlySet<number>,
    events: readonly TraceEvent[],
    header: FrameHeader | null,
  ): End {
    const last = events.findLast(
      (event) =>
        event.kind === "delivered" || (event.kind === "dropped" && event.reason !== "other-host"),
    );
    if (last?.kind === "delivered")
      return { kind: "delivered", host: this.hostOf(last.place), event: last };
    if (last?.kind === "dropped") {
      const { place, reason, decider } = last;
      const host = this.hostOf(place);
      if (reason === "neighbour-failed")
        return {
          kind: "unresolved",
          host,
          address: this.awaited(frames, events, header),
          event: last,
        };
      return { kind: "dropped", host, place, reason, why: decider?.describe() ?? "", event: last };
    }
    const before = events.at(-1) ?? null;
    const sent = events.findLast(({ kind, place }) => kind === "sent" && this.hostOf(place) !== "");
    const waiting = events.findLast(({ kind }) => kind === "neighbour");
    if (sent === undefined || (waiting !== undefined && waiting.index > sent.index)) {
      const host = this.hostOf(before?.place ?? "");
      return {
        kind: "unresolved",
        host,
        address: this.awaited(frames, events, header),
        event: before,
      };
    }
    return { kind: "vanished", host: this.hostOf(sent.place), event: sent };
  }

  /** The neighbour that a packet waited for. */
  private awaited(
    frames: ReadonlySet<number>,
    events: readonly TraceEvent[],
    header: FrameHeader | null,
  ): Ipv4Address {
    const note = events.findLast((event) => event.kind === "neighbour");
    if (note?.kind === "neighbour") return note.address as Ipv4Address;
    const index = this.evidence.frames;
    for (const frame of frames)
      for (const child of index.childrenOf(frame)) {
        const asked = firstHeader(index, child);
        if (asked?.arpOperation === ArpOperation.request) return asked.destination;
      }
    return header?.destination ?? (0 as Ipv4Address);
  }
}

/** Whether the event shows a packet on its way out of its own host. */
const leaves = (event: TraceEvent): boolean =>
  event.kind === "sent" ||
  event.kind === "dropped" ||
  (event.kind === "verdict" && event.hook === HookPoint.localOut);

function firstHeader(frames: FrameIndex, frame: number): FrameHeader | null {
  for (const event of frames.story(frame)) if ("header" in event) return event.header;
  return null;
}

/** Whether the answer is one that begins a conversation, not a refusal. */
export function agrees({ header }: Leg): boolean {
  if (header === null || header.protocol === IpProtocol.icmp) return header?.inner === null;
  return header.protocol !== IpProtocol.tcp || (header.tcpFlags & TcpFlag.rst) === 0;
}
