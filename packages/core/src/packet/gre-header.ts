/**
 * The octets of a GRE header: RFC 2784, with key and sequence number of RFC 2890. A frame carries it as payload before
 * the packet inside; its checksum is a matter of the wire and stands as zero here. Left out: routing (RFC 1701).
 */
import { EtherType } from "./protocol.ts";

/** Bits of the first two octets. */
export const GreFlag = {
  checksum: 0x8000,
  routing: 0x4000,
  key: 0x2000,
  sequence: 0x1000,
  version: 0x0007,
} as const;

const FIXED_LENGTH = 4;
const FIELDS = [GreFlag.checksum, GreFlag.key, GreFlag.sequence] as const;

/** Octets of a header with these flags (`gre_calc_hlen`). */
export function greHeaderLength(flags: number): number {
  let length = FIXED_LENGTH;
  for (let i = 0; i < FIELDS.length; i++) if ((flags & (FIELDS[i] as number)) !== 0) length += 4;
  return length;
}

/** A header before an IPv4 packet; `key` and `sequence`, 32 bits each, count only where the flags say so. */
export function greHeader(flags: number, key: number, sequence: number): Uint8Array {
  const octets = new Uint8Array(greHeaderLength(flags));
  octets[0] = flags >> 8;
  octets[2] = EtherType.ipv4 >> 8;
  let at = FIXED_LENGTH;
  if ((flags & GreFlag.checksum) !== 0) at += 4;
  if ((flags & GreFlag.key) !== 0) {
    put32(octets, at, key);
    at += 4;
  }
  if ((flags & GreFlag.sequence) !== 0) put32(octets, at, sequence);
  return octets;
}

/** A header as `read` found it; one reader serves many packets. */
export class GreHeaderReader {
  flags = 0;
  protocol = 0;
  /** 0 where there is none. */
  key = 0;
  /** A signed 32-bit integer; 0 where there is none. */
  sequence = 0;
  /** Octets of the header. */
  length = 0;

  /** Reads the header in octets [from, end); false when it is cut short or not of RFC 2784. */
  read(octets: Uint8Array, from: number, end: number): boolean {
    if (end - from < FIXED_LENGTH) return false;
    this.flags = ((octets[from] as number) << 8) | (octets[from + 1] as number);
    this.protocol = ((octets[from + 2] as number) << 8) | (octets[from + 3] as number);
    if ((this.flags & (GreFlag.routing | GreFlag.version)) !== 0) return false;
    this.length = greHeaderLength(this.flags);
    if (end - from < this.length) return false;
    let at = from + FIXED_LENGTH;
    if ((this.flags & GreFlag.checksum) !== 0) at += 4;
    this.key = 0;
    this.sequence = 0;
    if ((this.flags & GreFlag.key) !== 0) {
      this.key = get32(octets, at);
      at += 4;
    }
    if ((this.flags & GreFlag.sequence) !== 0) this.sequence = get32(octets, at);
    return true;
  }
}

function put32(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 24;
  octets[at + 1] = value >>> 16;
  octets[at + 2] = value >>> 8;
  octets[at + 3] = value;
}

const get32 = (octets: Uint8Array, at: number): number =>
  ((octets[at] as number) << 24) |
  ((octets[at + 1] as number) << 16) |
  ((octets[at + 2] as number) << 8) |
  (octets[at + 3] as number);
