/**
 * An Ethernet address as one 48-bit whole number, first octet most significant (IEEE 802).
 * Text exists only at the edge.
 */
export type MacAddress = number & { readonly __type: "MAC address" };

export const BROADCAST_MAC: MacAddress = 0xffffffffffff as MacAddress;
export const ZERO_MAC: MacAddress = 0 as MacAddress;

const SYNTAX = /^[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}$/i;

/** Parses `02:00:00:00:00:01`; undefined for anything else. */
export function parseMacAddress(text: string): MacAddress | undefined {
  if (!SYNTAX.test(text)) return undefined;
  return text
    .split(":")
    .reduce((sum, octet) => sum * 256 + Number.parseInt(octet, 16), 0) as MacAddress;
}

/** Formats as six lower-case octets joined by colons, as Linux prints it. */
export function formatMacAddress(address: MacAddress): string {
  const digits = address.toString(16).padStart(12, "0");
  return digits.replace(/(..)(?!$)/g, "$1:");
}

/** Brings the first octet to the left of the binary point, exactly. */
const FIRST_OCTET = 2 ** -40;

/** Whether the group bit is set: multicast or broadcast. */
export const isGroupMac = (address: MacAddress): boolean => ((address * FIRST_OCTET) & 1) === 1;
