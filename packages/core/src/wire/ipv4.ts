/** The IPv4 header (RFC 791 §3.1). Options are kept as octets. */
import { ChecksumFault, type Frame } from "../packet/frame.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import { IPV4_HEADER_LENGTH, ipHeaderLength } from "../packet/lengths.ts";
import { checksumOf, foldSum, sumOctets } from "./checksum.ts";
import { get8, get16, get32, put16, put32 } from "./octets.ts";

/**
 * Reads the header in octets [from, end) and tells its length; 0 when its version or length is impossible. The
 * total length is for the caller to judge, after the checksum as in `ip_rcv_core`.
 */
export function readIpv4Header(
  frame: Frame,
  octets: Uint8Array,
  from: number,
  end: number,
): number {
  if (end - from < IPV4_HEADER_LENGTH) return 0;
  frame.tos = get8(octets, from + 1);
  frame.length = get16(octets, from + 2);
  frame.identification = get16(octets, from + 4);
  frame.fragment = get16(octets, from + 6);
  frame.ttl = get8(octets, from + 8);
  frame.protocol = get8(octets, from + 9);
  frame.source = get32(octets, from + 12) as Ipv4Address;
  frame.destination = get32(octets, from + 16) as Ipv4Address;
  const header = (get8(octets, from) & 15) * 4;
  if (get8(octets, from) >>> 4 !== 4 || header < IPV4_HEADER_LENGTH || header > end - from)
    return 0;
  if (header > IPV4_HEADER_LENGTH)
    frame.ipOptions = octets.slice(from + IPV4_HEADER_LENGTH, from + header);
  return header;
}

export const hasRightHeaderChecksum = (octets: Uint8Array, from: number, header: number): boolean =>
  foldSum(sumOctets(octets, from, from + header)) === 0xffff;

export function writeIpv4Header(frame: Frame, octets: Uint8Array, at: number): void {
  const header = ipHeaderLength(frame);
  octets[at] = 0x40 | (header >>> 2);
  octets[at + 1] = frame.tos;
  put16(octets, at + 2, frame.length);
  put16(octets, at + 4, frame.identification);
  put16(octets, at + 6, frame.fragment);
  octets[at + 8] = frame.ttl;
  octets[at + 9] = frame.protocol;
  put32(octets, at + 12, frame.source);
  put32(octets, at + 16, frame.destination);
  if (frame.ipOptions !== null) octets.set(frame.ipOptions, at + IPV4_HEADER_LENGTH);
  const checksum = checksumOf(sumOctets(octets, at, at + header));
  const isWrong = (frame.checksumFaults & ChecksumFault.ip) !== 0;
  put16(octets, at + 10, isWrong ? (checksum + 1) % 0xffff : checksum);
}
