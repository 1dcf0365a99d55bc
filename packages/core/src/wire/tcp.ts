/** The TCP header (RFC 9293 §3.1). Octets [from, end) are what follows the IPv4 header. */
import type { Frame } from "../packet/frame.ts";
import { TCP_HEADER_LENGTH, tcpHeaderLength } from "../packet/lengths.ts";
import type { WireDetail } from "../packet/wire-detail.ts";
import { foldSum, pseudoHeaderSum, sumOctets, transportChecksumOf } from "./checksum.ts";
import type { Content } from "./content.ts";
import { get8, get16, get32, put16, put32 } from "./octets.ts";
import { readTcpOptions, writeTcpOptions } from "./tcp-options.ts";

/** Reads the header and tells its length; 0 when it is malformed (`tcp_v4_rcv`: bad packet). */
export function readTcp(frame: Frame, detail: WireDetail, content: Content): number {
  const { octets, from, end } = content;
  if (end - from < TCP_HEADER_LENGTH) return 0;
  // A quotation may end before the header tells its length.
  const told = content.realEnd - from > 12;
  const header = told ? (get8(octets, from + 12) >>> 4) * 4 : TCP_HEADER_LENGTH;
  if (header < TCP_HEADER_LENGTH || header > end - from) return 0;
  frame.sourcePort = get16(octets, from);
  frame.destinationPort = get16(octets, from + 2);
  frame.sequenceNumber = get32(octets, from + 4);
  frame.acknowledgementNumber = get32(octets, from + 8);
  detail.tcpReserved = get8(octets, from + 12) & 15;
  frame.tcpFlags = get8(octets, from + 13);
  frame.window = get16(octets, from + 14);
  detail.urgentPointer = get16(octets, from + 18);
  readTcpOptions(frame, detail, octets.slice(from + TCP_HEADER_LENGTH, from + header));
  const sum = pseudoHeaderSum(frame, end - from) + sumOctets(octets, from, end);
  content.judge(foldSum(sum), detail);
  return header;
}

/** Writes the header before a payload that stands in its place and ends at `end`. */
export function writeTcp(frame: Frame, octets: Uint8Array, from: number, end: number): void {
  const wire = frame.wire;
  put16(octets, from, frame.sourcePort);
  put16(octets, from + 2, frame.destinationPort);
  put32(octets, from + 4, frame.sequenceNumber);
  put32(octets, from + 8, frame.acknowledgementNumber);
  octets[from + 12] = (tcpHeaderLength(frame) << 2) | (wire === null ? 0 : wire.tcpReserved);
  octets[from + 13] = frame.tcpFlags;
  put16(octets, from + 14, frame.window);
  put16(octets, from + 18, wire === null ? 0 : wire.urgentPointer);
  if (wire !== null && wire.tcpOptions !== null)
    octets.set(wire.tcpOptions, from + TCP_HEADER_LENGTH);
  else writeTcpOptions(frame, octets, from + TCP_HEADER_LENGTH);
  const sum = pseudoHeaderSum(frame, end - from) + sumOctets(octets, from, end);
  put16(octets, from + 16, transportChecksumOf(frame, sum));
}
