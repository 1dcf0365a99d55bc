/** What is remembered of a TCP connection (`struct ip_ct_tcp`). Sequence numbers are 32-bit, kept as signed integers. */
import type { Frame } from "../../packet/frame.ts";
import { TcpFlag } from "../../packet/protocol.ts";
import { SegmentKind, TrackedTcpState } from "./tcp-state-table.ts";
import { Way } from "./way.ts";

/** IP_CT_TCP_FLAG_*: bits of `TcpEnd.flags`. */
export const EndFlag = {
  windowScale: 1,
  sackPermitted: 2,
  /** It closed the connection first. */
  closeInit: 4,
  /** No segment of it is out of window. */
  beLiberal: 8,
  dataUnacknowledged: 16,
  maxAckSet: 32,
} as const;

/** What one end has sent (`struct ip_ct_tcp_state`). */
export class TcpEnd {
  /** The highest sequence number it sent, and one. */
  end = 0;
  /** What the other end lets it send. */
  maxEnd = 0;
  /** The widest window that it announced. */
  maxWindow = 0;
  /** The highest acknowledgement that it sent. */
  maxAck = 0;
  scale = 0;
  /** `EndFlag` bits. */
  flags = 0;

  /** Begins anew; whoever was picked up in the middle is still believed. */
  clear(): void {
    this.end = 0;
    this.maxEnd = 0;
    this.maxWindow = 0;
    this.maxAck = 0;
    this.scale = 0;
    this.flags &= EndFlag.beLiberal;
  }
}

export class TcpTrack {
  state: TrackedTcpState = TrackedTcpState.none;
  readonly ends: readonly [TcpEnd, TcpEnd] = [new TcpEnd(), new TcpEnd()];
  // the latest segment
  lastKind: SegmentKind = SegmentKind.none;
  lastWay: Way = Way.original;
  lastSequence = 0;
  lastAck = 0;
  lastEnd = 0;
  lastWindow = 0;
  lastScale = 0;
  lastFlags = 0;
  /** How often the latest segment came again. */
  retransmissions = 0;
  /** An answer to a SYN that was let through in LAST_ACK may be a challenge (RFC 5961). */
  expectsChallenge = false;
  simultaneousOpen = false;
}

export const isBefore = (a: number, b: number): boolean => ((a - b) | 0) < 0;
export const isAfter = (a: number, b: number): boolean => ((b - a) | 0) < 0;

/** The sequence number behind a segment; SYN and FIN count. */
export function endOf(frame: Frame): number {
  const { tcpFlags } = frame;
  const syn = (tcpFlags & TcpFlag.syn) !== 0 ? 1 : 0;
  const fin = (tcpFlags & TcpFlag.fin) !== 0 ? 1 : 0;
  return (frame.sequenceNumber + frame.payloadLength + syn + fin) | 0;
}

const SCALE_MAX = 14;

/** `EndFlag` bits of a SYN's options. */
export function optionFlags(frame: Frame): number {
  const { synOptions } = frame;
  if (synOptions === null) return 0;
  return (
    (synOptions.sackPermitted ? EndFlag.sackPermitted : 0) |
    (synOptions.windowScale >= 0 ? EndFlag.windowScale : 0)
  );
}

export const optionScale = (frame: Frame): number =>
  frame.synOptions === null ? 0 : Math.max(0, Math.min(frame.synOptions.windowScale, SCALE_MAX));
