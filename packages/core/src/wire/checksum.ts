/** The Internet checksum: the ones' complement of the ones' complement sum of 16-bit words (RFC 1071). */
import { ChecksumFault, type Frame } from "../packet/frame.ts";
import { get16 } from "./octets.ts";

/** The sum of the words in octets [from, to), an odd last octet padded with zero; not folded, exact below 4 GiB. */
export function sumOctets(octets: Uint8Array, from: number, to: number): number {
  let sum = 0;
  let at = from;
  for (; at + 1 < to; at += 2) sum += get16(octets, at);
  return at < to ? sum + ((octets[at] as number) << 8) : sum;
}

/** The sum of the pseudo-header before a transport packet of `length` octets (RFC 9293 §3.1, RFC 768). */
export const pseudoHeaderSum = (frame: Frame, length: number): number =>
  (frame.source >>> 16) +
  (frame.source & 0xffff) +
  (frame.destination >>> 16) +
  (frame.destination & 0xffff) +
  frame.protocol +
  length;

/** Folds a sum to 16 bits; 0xffff for a packet with a right checksum, 0 only for nothing but zeros. */
export const foldSum = (sum: number): number => (sum === 0 ? 0 : ((sum - 1) % 0xffff) + 1);

/** The checksum to send for a sum over a header whose checksum field is zero. */
export const checksumOf = (sum: number): number => 0xffff - foldSum(sum);

/** The checksum of a transport packet: wrong where the frame says so, by as much as it came. */
export function transportChecksumOf(frame: Frame, sum: number): number {
  let error = frame.wire === null ? 0 : frame.wire.checksumError;
  if (error === 0 && (frame.checksumFaults & ChecksumFault.transport) !== 0) error = 1;
  return error === 0 ? checksumOf(sum) : (checksumOf(sum) + error) % 0xffff;
}
