/** The checksums inside a UDP datagram that carries a packet: what GUE leaves open, and GRE's own. */
import type { Frame } from "../packet/frame.ts";
import { GreFlag } from "../packet/gre-header.ts";
import { GueHeaderReader } from "../packet/gue-header.ts";
import { ipHeaderLength } from "../packet/lengths.ts";
import { checksumOf, foldSum, pseudoHeaderSum, sumOctets } from "./checksum.ts";
import { get16, put16 } from "./octets.ts";

/** `frame.inner` and the headers before it stand in octets [at, end), where the datagram's payload begins. */
export function finishUdpTunnel(frame: Frame, octets: Uint8Array, at: number, end: number): void {
  const gue = new GueHeaderReader();
  const isGue = gue.read(octets, at, at + frame.payloadLength) && gue.length > 0;
  const skip = isGue ? gue.length : 0;
  const own = frame.payloadLength - skip;
  // GRE's checksum is that of the packet as its receiver finishes it
  if (own >= 8 && (get16(octets, at + skip) & GreFlag.checksum) !== 0)
    put16(octets, at + skip + 4, checksumOf(sumOctets(octets, at + skip, end)));
  if (isGue && gue.checksumStart >= 0)
    leaveChecksumOpen(frame.inner as Frame, octets, at + gue.length + gue.checksumAt);
}

/** Remote checksum offload: where the receiver will put the checksum stands the sum of the pseudo-header. */
function leaveChecksumOpen(inner: Frame, octets: Uint8Array, at: number): void {
  const length = inner.length - ipHeaderLength(inner);
  put16(octets, at, foldSum(pseudoHeaderSum(inner, length)));
}
