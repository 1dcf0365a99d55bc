/** Addresses after -s and -d: `address[/mask]`, several with commas, names, and inet_aton's short forms. */
import { type Ipv4Address, prefixMask } from "@lvsim/core";
import { parseLooseAddress } from "../hosts-file.ts";
import type { Names } from "./names.ts";
import { parseNumber } from "./numbers.ts";
import { usage } from "./problem.ts";

export interface AddressSpec {
  readonly address: Ipv4Address;
  readonly mask: Ipv4Address;
}

export const ANY: AddressSpec = { address: 0 as Ipv4Address, mask: 0 as Ipv4Address };

/** One to four numbers of up to 255, the rest 0, as iptables reads networks: `10.1` is 10.1.0.0. */
export function parseDotted(text: string): Ipv4Address | undefined {
  const parts = text.split(".");
  if (parts.length > 4) return undefined;
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const part = parts[i];
    const octet = part === undefined ? 0 : parseNumber(part, 0, 255);
    if (octet === undefined) return undefined;
    value = (value << 8) | octet;
  }
  return value as Ipv4Address;
}

function parseMask(text: string): Ipv4Address {
  const dotted = text.includes(".") ? parseDotted(text) : undefined;
  if (dotted !== undefined && text.split(".").length === 4) return dotted;
  const length = parseNumber(text, 0, 32);
  return length === undefined ? usage(`invalid mask \`${text}' specified`) : prefixMask(length);
}

function parseOne(text: string, names: Names): AddressSpec {
  const slash = text.lastIndexOf("/");
  const host = slash < 0 ? text : text.slice(0, slash);
  const mask = slash < 0 ? prefixMask(32) : parseMask(text.slice(slash + 1));
  // with a mask of no bits nobody looks at the address
  if (mask === 0) return ANY;
  const address = parseDotted(host) ?? parseLooseAddress(host) ?? names.hostAddress(host);
  if (address === undefined) return usage(`host/network \`${host}' not found`);
  return { address: (address & mask) as Ipv4Address, mask };
}

/** All addresses of one option. */
export const parseAddresses = (text: string, names: Names): readonly AddressSpec[] =>
  text.split(",").map((part) => parseOne(part.trim(), names));
