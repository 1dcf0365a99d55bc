/** The UDP header (RFC 768). Octets [from, end) are what follows the IPv4 header. */
import type { Frame } from "../packet/frame.ts";
import { UDP_HEADER_LENGTH } from "../packet/lengths.ts";
import type { WireDetail } from "../packet/wire-detail.ts";
import { foldSum, pseudoHeaderSum, sumOctets, transportChecksumOf } from "./checksum.ts";
import type { Content } from "./content.ts";
import { get16, put16 } from "./octets.ts";

/** Reads the header and tells where the datagram ends; −1 when it is malformed (`__udp4_lib_rcv`: short packet). */
export function readUdp(frame: Frame, detail: WireDetail, content: Content): number {
  const { octets, from, end } = content;
  if (end - from < UDP_HEADER_LENGTH) return -1;
  const checksum = get16(octets, from + 6);
  let length = get16(octets, from + 4);
  if (content.realEnd - from < UDP_HEADER_LENGTH) length = end - from;
  if (length < UDP_HEADER_LENGTH) return -1;
  if (length > end - from) {
    if (!content.isFirstFragment()) return -1;
    detail.udpLength = length;
  }
  const last = Math.min(end, from + length);
  frame.sourcePort = get16(octets, from);
  frame.destinationPort = get16(octets, from + 2);
  frame.udpChecksumAbsent = checksum === 0;
  if (checksum !== 0)
    content.judge(foldSum(pseudoHeaderSum(frame, length) + sumOctets(octets, from, last)), detail);
  return last;
}

/** Writes the header before a payload that stands in its place and ends at `end`. */
export function writeUdp(frame: Frame, octets: Uint8Array, from: number, end: number): void {
  const wire = frame.wire;
  const length = wire !== null && wire.udpLength !== 0 ? wire.udpLength : end - from;
  put16(octets, from, frame.sourcePort);
  put16(octets, from + 2, frame.destinationPort);
  put16(octets, from + 4, length);
  if (frame.udpChecksumAbsent) return;
  const sum = pseudoHeaderSum(frame, length) + sumOctets(octets, from, end);
  // Zero would say that there is none, so it is sent as its other form.
  const checksum = transportChecksumOf(frame, sum);
  put16(octets, from + 6, checksum === 0 ? 0xffff : checksum);
}
