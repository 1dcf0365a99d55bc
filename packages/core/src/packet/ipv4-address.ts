/**
 * An IPv4 address as a signed 32-bit integer, so that it stays a small integer on the hot path.
 * Compare with `===`; for an unsigned value use `>>> 0`. Text exists only at the edge.
 */
export type Ipv4Address = number & { readonly __type: "IPv4 address" };

export const ANY_ADDRESS: Ipv4Address = 0 as Ipv4Address;
export const LIMITED_BROADCAST: Ipv4Address = -1 as Ipv4Address;

const SYNTAX = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** Parses four decimal octets; undefined for anything else. */
export function parseIpv4Address(text: string): Ipv4Address | undefined {
  const match = SYNTAX.exec(text);
  if (match === null) return undefined;
  let value = 0;
  for (let i = 1; i <= 4; i++) {
    const octet = Number(match[i]);
    if (octet > 255) return undefined;
    value = (value << 8) | octet;
  }
  return value as Ipv4Address;
}

export const formatIpv4Address = (address: Ipv4Address): string =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;

/** The netmask of a prefix of `length` bits, 0 to 32. */
export const prefixMask = (length: number): Ipv4Address =>
  (length === 0 ? 0 : -1 << (32 - length)) as Ipv4Address;

/** Whether `address` lies in the prefix `network`/`length`. */
export const inPrefix = (address: Ipv4Address, network: Ipv4Address, length: number): boolean =>
  ((address ^ network) & prefixMask(length)) === 0;

export const isLoopbackAddress = (address: Ipv4Address): boolean => address >>> 24 === 127;
export const isMulticastAddress = (address: Ipv4Address): boolean => address >>> 28 === 14;
/** 0.0.0.0/8, "this network" (RFC 1122 §3.2.1.3). */
export const isZeroNetAddress = (address: Ipv4Address): boolean => address >>> 24 === 0;
