/** The SCTP common header (RFC 9260 §3.1). Octets [from, end) are what follows the IPv4 header. */
import { ChecksumFault, type Frame } from "../packet/frame.ts";
import { SCTP_HEADER_LENGTH } from "../packet/sctp.ts";
import type { WireDetail } from "../packet/wire-detail.ts";
import type { Content } from "./content.ts";
import { crc32c } from "./crc32c.ts";
import { get16, put16 } from "./octets.ts";

const CHECKSUM_AT = 8;
const CHECKSUM_END = 12;

/** Reads the ports; false when the header is cut short. */
export function readSctp(frame: Frame, detail: WireDetail, content: Content): boolean {
  const { octets, from, end } = content;
  if (end - from < SCTP_HEADER_LENGTH) return false;
  frame.sourcePort = get16(octets, from);
  frame.destinationPort = get16(octets, from + 2);
  let received = 0;
  for (let at = CHECKSUM_END - 1; at >= CHECKSUM_AT; at--)
    received = (received << 8) | (octets[from + at] as number);
  const difference = (received ^ checksumOf(octets, from, end)) >>> 0;
  if (difference !== 0) {
    detail.checksumError = difference;
    content.blame();
  }
  return true;
}

/** Writes ports and checksum into a packet whose other octets stand in their place and end at `end`. */
export function writeSctp(frame: Frame, octets: Uint8Array, from: number, end: number): void {
  put16(octets, from, frame.sourcePort);
  put16(octets, from + 2, frame.destinationPort);
  let error = frame.wire === null ? 0 : frame.wire.checksumError;
  if (error === 0 && (frame.checksumFaults & ChecksumFault.transport) !== 0) error = 1;
  const checksum = checksumOf(octets, from, end) ^ error;
  // unlike all else in a packet, the lowest octet first
  for (let i = 0; i < 4; i++) octets[from + CHECKSUM_AT + i] = (checksum >>> (8 * i)) & 0xff;
}

/** The CRC of the packet with a checksum of zeros. */
function checksumOf(octets: Uint8Array, from: number, end: number): number {
  const packet = octets.slice(from, end);
  packet.fill(0, CHECKSUM_AT, CHECKSUM_END);
  return crc32c(packet);
}
