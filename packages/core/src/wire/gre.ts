/**
 * The GRE header (RFC 2784, key and sequence number of RFC 2890) before an IPv4 packet. A frame holds the header as
 * payload and the packet as `inner`; only its checksum is a matter of the wire. Left out: routing (RFC 1701),
 * Ethernet and ERSPAN inside GRE, version 1 (PPTP), which stay raw payload.
 */
import type { Frame } from "../packet/frame.ts";
import { EtherType } from "../packet/protocol.ts";
import type { WireDetail } from "../packet/wire-detail.ts";
import { foldSum, sumOctets, transportChecksumOf } from "./checksum.ts";
import type { Content } from "./content.ts";
import { get16, put16 } from "./octets.ts";

const GreFlag = { checksum: 0x8000, key: 0x2000, sequence: 0x1000 } as const;
const KNOWN: number = GreFlag.checksum | GreFlag.key | GreFlag.sequence;

/** The length of the header of a GRE packet that carries IPv4; 0 for any other. */
export function readGre(detail: WireDetail, content: Content): number {
  const { octets, from, end } = content;
  if (end - from < 4) return 0;
  const flags = get16(octets, from);
  if ((flags & ~KNOWN) !== 0 || get16(octets, from + 2) !== EtherType.ipv4) return 0;
  let header = 4;
  for (const flag of [GreFlag.checksum, GreFlag.key, GreFlag.sequence])
    if ((flags & flag) !== 0) header += 4;
  if (header > end - from) return 0;
  if ((flags & GreFlag.checksum) === 0) return header;
  // Cut short, what it covers could not be told from zeros: such a quotation stays raw.
  if (content.quoted) return 0;
  content.judge(foldSum(sumOctets(octets, from, end)), detail);
  return header;
}

/** Fills in the checksum of a header that has one and stands in its place, as its packet does up to `end`. */
export function writeGreChecksum(
  frame: Frame,
  octets: Uint8Array,
  from: number,
  end: number,
): void {
  if ((get16(octets, from) & GreFlag.checksum) === 0) return;
  put16(octets, from + 4, 0);
  put16(octets, from + 4, transportChecksumOf(frame, sumOctets(octets, from, end)));
}
