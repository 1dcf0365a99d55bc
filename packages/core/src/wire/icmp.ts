/**
 * The ICMP header (RFC 792). Errors quote a packet, which stands right behind it; Linux 6.1 sends no extensions
 * (RFC 4884), and those of others are payload behind the quotation.
 */
import type { Frame } from "../packet/frame.ts";
import { ICMP_HEADER_LENGTH } from "../packet/lengths.ts";
import { IcmpType } from "../packet/protocol.ts";
import type { WireDetail } from "../packet/wire-detail.ts";
import { foldSum, sumOctets, transportChecksumOf } from "./checksum.ts";
import type { Content } from "./content.ts";
import { get8, get32, put16, put32 } from "./octets.ts";

/** Reads the header; false when it is cut short. */
export function readIcmp(frame: Frame, detail: WireDetail, content: Content): boolean {
  const { octets, from, end } = content;
  if (end - from < ICMP_HEADER_LENGTH) return false;
  frame.icmpType = get8(octets, from);
  frame.icmpCode = get8(octets, from + 1);
  frame.icmpRest = get32(octets, from + 4);
  content.judge(foldSum(sumOctets(octets, from, end)), detail);
  return true;
}

/** Writes the header before content that stands in its place and ends at `end`. */
export function writeIcmp(frame: Frame, octets: Uint8Array, from: number, end: number): void {
  octets[from] = frame.icmpType;
  octets[from + 1] = frame.icmpCode;
  put32(octets, from + 4, frame.icmpRest);
  put16(octets, from + 2, transportChecksumOf(frame, sumOctets(octets, from, end)));
}

/** Whether messages of this type quote the packet that they are about (RFC 1122 §3.2.2). */
export const quotesPacket = (icmpType: number): boolean =>
  icmpType === IcmpType.destinationUnreachable ||
  icmpType === IcmpType.sourceQuench ||
  icmpType === IcmpType.redirect ||
  icmpType === IcmpType.timeExceeded ||
  icmpType === IcmpType.parameterProblem;
