/**
 * The octets of Generic UDP Encapsulation (draft-ietf-intarea-gue, as Linux's fou module has it): version 0 with the
 * private option of remote checksum offload, and version 1, which is a bare IP packet. Left out: control messages.
 */
import type { Frame } from "./frame.ts";
import { ipHeaderLength } from "./lengths.ts";
import { IpProtocol } from "./protocol.ts";

export const GUE_HEADER_LENGTH = 4;
/** Private flags and the option of remote checksum offload. */
export const GUE_REMOTE_CHECKSUM_LENGTH = 8;

const PRIVATE_FLAG = 0x0001;
const CONTROL_BIT = 0x20;
/** The first octet of the private flags. */
const REMOTE_CHECKSUM = 0x80;

/** Where the checksum stands in a transport header. */
const CHECKSUM_AT: Readonly<Record<number, number>> = { [IpProtocol.tcp]: 16, [IpProtocol.udp]: 6 };

/** A header before a packet of the protocol `protocol`, without options. */
export const gueHeader = (protocol: number): Uint8Array => Uint8Array.of(0, protocol, 0, 0);

/**
 * A header that leaves `inner`'s transport checksum to the receiver; `skip` octets (a GRE header) stand between.
 * Null for a packet whose checksum its sender did not leave open: only TCP and UDP do.
 */
export function gueHeaderWithRemoteChecksum(
  protocol: number,
  inner: Frame,
  skip: number,
): Uint8Array | null {
  const field = CHECKSUM_AT[inner.protocol];
  if (field === undefined || inner.udpChecksumAbsent) return null;
  const start = skip + ipHeaderLength(inner);
  const at = start + field;
  return Uint8Array.of(
    ...[GUE_REMOTE_CHECKSUM_LENGTH >> 2, protocol, 0, PRIVATE_FLAG, REMOTE_CHECKSUM, 0, 0, 0],
    ...[start >> 8, start & 255, at >> 8, at & 255],
  );
}

/** A header as `read` found it; one reader serves many packets. */
export class GueHeaderReader {
  /** Of what follows. */
  protocol = 0;
  /** Octets of the header with its options; 0 for version 1. */
  length = 0;
  /** Where the sum of remote checksum offload begins, counted from the header's end; −1 without the option. */
  checksumStart = -1;
  /** Where that checksum is to be put, counted likewise. */
  checksumAt = -1;

  /** Reads octets [from, end); false for what the kernel drops: unknown versions, flags, control messages, a short header. */
  read(octets: Uint8Array, from: number, end: number): boolean {
    this.checksumStart = -1;
    if (end - from < GUE_HEADER_LENGTH) return false;
    const first = octets[from] as number;
    const version = first >> 6;
    if (version === 1) {
      // the first half octet of the IP header says the same
      this.length = 0;
      this.protocol = IpProtocol.ipip;
      return first >> 4 === 4;
    }
    this.length = GUE_HEADER_LENGTH + ((first & 0x1f) << 2);
    if (version !== 0 || (first & CONTROL_BIT) !== 0 || end - from < this.length) return false;
    this.protocol = octets[from + 1] as number;
    const flags = ((octets[from + 2] as number) << 8) | (octets[from + 3] as number);
    if (flags === 0) return true;
    return flags === PRIVATE_FLAG && this.readPrivate(octets, from + GUE_HEADER_LENGTH);
  }

  private readPrivate(octets: Uint8Array, at: number): boolean {
    const room = this.length - GUE_HEADER_LENGTH;
    if (room < 4) return false;
    const flags = octets[at] as number;
    const rest =
      (octets[at + 1] as number) | (octets[at + 2] as number) | (octets[at + 3] as number);
    if ((flags & ~REMOTE_CHECKSUM) !== 0 || rest !== 0) return false;
    if (flags === 0) return true;
    if (room < GUE_REMOTE_CHECKSUM_LENGTH) return false;
    this.checksumStart = ((octets[at + 4] as number) << 8) | (octets[at + 5] as number);
    this.checksumAt = ((octets[at + 6] as number) << 8) | (octets[at + 7] as number);
    return true;
  }
}
