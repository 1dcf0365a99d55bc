/**
 * The options of a segment as octets, for hosts that read or change them on the way (RFC 9293 §3.1): a copy comes out, and
 * what goes in is what the segment says from then on, to the octet.
 */
import type { Frame } from "../packet/frame.ts";
import { TCP_HEADER_LENGTH, tcpHeaderLength } from "../packet/lengths.ts";
import { WireDetail } from "../packet/wire-detail.ts";
import { get8 } from "./octets.ts";
import { readTcpOptions, writeTcpOptions } from "./tcp-options.ts";

export const TcpOptionKind = {
  end: 0,
  noOperation: 1,
  maximumSegmentSize: 2,
  windowScale: 3,
  sackPermitted: 4,
  sack: 5,
  timestamps: 8,
} as const;

/** A copy of the options, padded to a multiple of 4 octets. */
export function tcpOptionArea(frame: Frame): Uint8Array {
  const area = new Uint8Array(tcpHeaderLength(frame) - TCP_HEADER_LENGTH);
  const raw = frame.wire?.tcpOptions ?? null;
  if (raw !== null) area.set(raw);
  else writeTcpOptions(frame, area, 0);
  return area;
}

/** Where the option of this kind begins; −1 when there is none, or the list ends or is broken before it. */
export function findTcpOption(area: Uint8Array, kind: number): number {
  let at = 0;
  while (at + 1 < area.length) {
    const here = get8(area, at);
    if (here === TcpOptionKind.end) return -1;
    if (here === TcpOptionKind.noOperation) {
      at++;
      continue;
    }
    const length = get8(area, at + 1);
    if (length < 2 || at + length > area.length) return -1;
    if (here === kind) return at;
    at += length;
  }
  return -1;
}

/**
 * Gives `frame` these options in the place of its own, and its `length` follows. `area` is a multiple of 4 octets, at
 * most 40, and the frame's from now on.
 */
export function setTcpOptionArea(frame: Frame, area: Uint8Array): void {
  const before = tcpHeaderLength(frame);
  const old = frame.wire;
  const detail = new WireDetail();
  frame.tcpOptions = null;
  readTcpOptions(frame, detail, area);
  if (old !== null) {
    detail.malformed = old.malformed;
    detail.checksumError = old.checksumError;
    detail.udpLength = old.udpLength;
    detail.padding = old.padding;
    detail.tcpReserved = old.tcpReserved;
    detail.urgentPointer = old.urgentPointer;
  }
  frame.wire = old !== null || detail.tcpOptions !== null ? detail : null;
  frame.length += tcpHeaderLength(frame) - before;
}
