/**
 * Which address of a range a flow gets (`find_best_ips_proto`): a hash of its addresses, so that one client keeps one
 * address. The hash is Bob Jenkins' lookup3 as the kernel has it (jhash2) and has no secret, so the choice is the kernel's own.
 */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { Tuple } from "../tuple.ts";
import { Manipulation, type NatRange, RangeFlag } from "./range.ts";

const INITIAL = 0xdeadbeef;
/** Octets of `union nf_inet_addr`, which has room for IPv6. */
const ADDRESS_OCTETS = 16;

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** An address as a little-endian machine reads it. */
const swapped = (word: number): number =>
  ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);

/** `jhash2` of an IPv4 address and three words of zeros. */
function hashAddress(address: number, seed: number): number {
  let a = (INITIAL + ADDRESS_OCTETS + seed) | 0;
  let b = a;
  let c = a;
  a = (a + address) | 0;
  a = ((a - c) | 0) ^ rotate(c, 4);
  c = (c + b) | 0;
  b = ((b - a) | 0) ^ rotate(a, 6);
  a = (a + c) | 0;
  c = ((c - b) | 0) ^ rotate(b, 8);
  b = (b + a) | 0;
  a = ((a - c) | 0) ^ rotate(c, 16);
  c = (c + b) | 0;
  b = ((b - a) | 0) ^ rotate(a, 19);
  a = (a + c) | 0;
  c = ((c - b) | 0) ^ rotate(b, 4);
  b = (b + a) | 0;
  // the fourth word is zero
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  return ((c ^ b) - rotate(b, 24)) | 0;
}

/** Bits 32 to 63 of the product of two 32-bit numbers (`reciprocal_scale`): as large a part of `size` as `hash` is of 2^32. */
function scale(hash: number, size: number): number {
  const high = (hash >>> 16) * size;
  const low = (hash & 0xffff) * size;
  return Math.floor((high + low / 0x1_0000) / 0x1_0000);
}

/** Puts the address that the range gives into `flow`. */
export function chooseAddress(flow: Tuple, range: NatRange, manipulation: Manipulation): void {
  if ((range.flags & RangeFlag.addresses) === 0) return;
  const { firstAddress, lastAddress, flags } = range;
  let address = firstAddress;
  if (firstAddress !== lastAddress) {
    const seed = (flags & RangeFlag.persistent) !== 0 ? 0 : swapped(flow.destination);
    const size = (lastAddress >>> 0) - (firstAddress >>> 0) + 1;
    const chosen = scale(hashAddress(swapped(flow.source), seed), size);
    address = (firstAddress + chosen) as Ipv4Address;
  }
  address = (address | 0) as Ipv4Address;
  if (manipulation === Manipulation.source) flow.source = address;
  else flow.destination = address;
}
