/** What stands behind the options of `conntrack`: addresses, masks, protocols, lists of words, and its complaints. */
import { type Ipv4Address, prefixMask } from "@lvsim/core";
import { parseLooseAddress } from "../hosts-file.ts";
import { usage } from "./usage.ts";

/** An address under a mask; null for one of IPv6, which no flow has. */
export interface AddressFilter {
  readonly address: Ipv4Address;
  readonly mask: Ipv4Address;
}

const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["icmp", 1],
  ["tcp", 6],
  ["udp", 17],
  ["dccp", 33],
  ["gre", 47],
  ["icmpv6", 58],
  ["sctp", 132],
  ["udplite", 136],
]);

/** The words of a list parted by commas, all of which are `known`. */
export function words(text: string, known: readonly string[]): readonly string[] {
  const given = text.split(",");
  for (const word of given) if (!known.includes(word)) usage(`Bad parameter \`${word}'`);
  return given;
}

/** A netmask, dotted or as a length. */
export function readMask(text: string): Ipv4Address {
  if (text.includes(".")) return parseLooseAddress(text) ?? usage("Invalid netmask");
  const length = Number(text);
  if (!/^\d+$/.test(text) || length > 32) usage("Invalid netmask");
  return prefixMask(length);
}

/** An address, perhaps with a mask behind a slash. */
export function readAddress(text: string): AddressFilter | null {
  const slash = text.indexOf("/");
  const host = slash < 0 ? text : text.slice(0, slash);
  if (/^[0-9a-fA-F:]*:[0-9a-fA-F:.]*$/.test(host)) return null;
  const address = parseLooseAddress(host) ?? usage(`Invalid IP address \`${host}'`);
  const mask = slash < 0 ? prefixMask(32) : readMask(text.slice(slash + 1));
  return { address, mask };
}

/** A protocol by name or number. */
export function readProtocol(text: string): number {
  const named = PROTOCOLS.get(text);
  if (named !== undefined) return named;
  if (/^\d+$/.test(text) && Number(text) < 256) return Number(text);
  return usage(`\`${text}' unsupported protocol`);
}

/** As strtoul(3): what is no number is 0, and 32 bits of it count. */
export const looseNumber = (text: string): number => {
  const value = /^0[xX]/.test(text) ? Number.parseInt(text, 16) : Number.parseInt(text, 10);
  return Number.isNaN(value) ? 0 : value >>> 0;
};
