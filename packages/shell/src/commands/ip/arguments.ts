/** Values on `ip`'s command line: addresses, prefixes, numbers (iproute2's `get_prefix`, `get_addr`, `get_unsigned`). */
import { type Ipv4Address, type MacAddress, parseMacAddress, prefixMask } from "@lvsim/core";
import { CommandFailure } from "../../options/failure.ts";
import type { IpFamily } from "./options.ts";

/** An address with a length, as typed. */
export interface TypedPrefix {
  readonly family: "inet" | "inet6" | "any";
  /** 0 for IPv6 and for `default`. */
  readonly address: Ipv4Address;
  /** 0 for `default`; 32 when nothing was said. */
  readonly length: number;
  /** Whether the length was typed. */
  readonly hasLength: boolean;
}

const WHOLE_NUMBER = /^(0x[0-9a-f]+|\d+)$/i;

/** strtoul(3) with base 0 over the whole word; undefined when that does not work or exceeds 32 bits. */
export function parseUnsigned(text: string): number | undefined {
  if (!WHOLE_NUMBER.test(text)) return undefined;
  const isOctal = /^0\d/.test(text);
  if (isOctal && /[89]/.test(text)) return undefined;
  const value = isOctal ? Number.parseInt(text, 8) : Number(text);
  return value <= 0xffffffff ? value : undefined;
}

/** One to four octets; those that are missing are 0. */
function parseAddress(text: string): Ipv4Address | undefined {
  const parts = text.split(".");
  if (parts.length > 4) return undefined;
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const octet = i < parts.length ? parseUnsigned(parts[i] as string) : 0;
    if (octet === undefined || octet > 255) return undefined;
    value = (value << 8) | octet;
  }
  return value as Ipv4Address;
}

const EVERYTHING = ["default", "any", "all"];
const IPV6 = /^(?=.*:)[0-9a-f:]*(\d+\.\d+\.\d+\.\d+)?$/i;

function parsePrefix(text: string, family: IpFamily): TypedPrefix | undefined {
  if (EVERYTHING.includes(text))
    return { family: "any", address: 0 as Ipv4Address, length: 0, hasLength: false };
  const slash = text.indexOf("/");
  const head = slash < 0 ? text : text.slice(0, slash);
  const isIpv6 = head.includes(":");
  if (family !== "any" && (family === "inet6") !== isIpv6) return undefined;
  const longest = isIpv6 ? 128 : 32;
  const length = slash < 0 ? longest : parseLength(text.slice(slash + 1));
  if (length === undefined || length > longest) return undefined;
  if (isIpv6) {
    if (!IPV6.test(head)) return undefined;
    return { family: "inet6", address: 0 as Ipv4Address, length, hasLength: slash >= 0 };
  }
  const address = parseAddress(head);
  return address === undefined
    ? undefined
    : { family: "inet", address, length, hasLength: slash >= 0 };
}

/** A number of bits, or a mask. */
function parseLength(text: string): number | undefined {
  const bits = parseUnsigned(text);
  if (bits !== undefined) return bits;
  const mask = parseAddress(text);
  if (mask === undefined) return undefined;
  const length = Math.clz32(~mask);
  return prefixMask(length) === mask ? length : undefined;
}

const familyWords = (family: IpFamily): string => (family === "any" ? "any valid" : family);

const refuse = (family: IpFamily, what: string, text: string): CommandFailure =>
  new CommandFailure(
    1,
    `Error: ${familyWords(family)} ${what} is expected rather than "${text}".\n`,
  );

export function readPrefix(text: string, family: IpFamily = "any"): TypedPrefix {
  const prefix = parsePrefix(text, family);
  if (prefix === undefined) throw refuse(family, "prefix", text);
  return prefix;
}

/** An IPv4 address without a length. */
export function readAddress(text: string, family: IpFamily = "any"): Ipv4Address {
  const prefix = text.includes("/") ? undefined : parsePrefix(text, family);
  if (prefix === undefined) throw refuse(family, "address", text);
  return prefix.address;
}

export function readMac(text: string): MacAddress {
  const mac = parseMacAddress(text);
  if (mac === undefined) throw new CommandFailure(1, `"${text}" is invalid lladdr.\n`);
  return mac;
}
