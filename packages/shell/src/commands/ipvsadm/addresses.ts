/** Addresses, ports and numbers on ipvsadm's command line. */

import { type Ipv6Address, parseIpv6Address } from "@lvsim/core";
import { type NamedProtocol, portOfService } from "../../network/services.ts";
import type { FileSystem } from "../../vfs/file-system.ts";
import { addressOfHost, nameOfHost } from "../hosts-file.ts";
import { type Ipv4Address, parseInetAton } from "./inet-aton.ts";

const NO_ADDRESS = 0 as Ipv4Address;

/** Names of hosts, as this machine resolves them. */
export interface Hosts {
  addressOf(name: string): Ipv4Address | undefined;
  nameOf(address: Ipv4Address): string | undefined;
}

export const hostsOf = (files: FileSystem): Hosts => ({
  addressOf: (name) => addressOfHost(files, name),
  nameOf: (address) => nameOfHost(files, address),
});

export interface AddressAndPort {
  readonly address: Ipv4Address;
  /** Given an IPv6 address; `address` is 0 then. */
  readonly ipv6: Ipv6Address | undefined;
  /** 0 when none was given. */
  readonly port: number;
  readonly portGiven: boolean;
}

/** Whose names a port may have: none but a number will do before the service is known. */
export type PortNames = NamedProtocol | null;

/**
 * `host`, `host:port`, `2001:db8::1`, `[2001:db8::1]:port`; undefined when it is none of these. An IPv4 host in brackets
 * is taken, but what follows it is not read.
 */
export function parseAddressAndPort(
  text: string,
  names: PortNames,
  hosts: Hosts,
): AddressAndPort | undefined {
  const whole = parseIpv6Address(text);
  if (whole !== undefined) return { address: NO_ADDRESS, ipv6: whole, port: 0, portGiven: false };
  const bracketed = /^\[(.*)\]:(.*)$/s.exec(text);
  if (bracketed === null && text.startsWith("[")) return undefined;
  const colon = text.lastIndexOf(":");
  const host = bracketed?.[1] ?? (colon < 0 ? text : text.slice(0, colon));
  const ipv6 = bracketed === null ? undefined : parseIpv6Address(host);
  const address = ipv6 === undefined ? (parseInetAton(host) ?? hosts.addressOf(host)) : NO_ADDRESS;
  if (address === undefined || (colon < 0 && /^\d+$/.test(host))) return undefined;
  if (colon < 0 || (bracketed !== null && ipv6 === undefined))
    return { address, ipv6, port: 0, portGiven: false };
  const port = parsePort(bracketed?.[2] ?? text.slice(colon + 1), names);
  return port === undefined ? undefined : { address, ipv6, port, portGiven: true };
}

const parsePort = (text: string, names: PortNames): number | undefined =>
  parseNumber(text, 0, 65_535) ?? (names === null ? undefined : portOfService(text, names));

/** A decimal whole number within bounds, blanks before it, as `string_to_number`; undefined for anything else. */
export function parseNumber(text: string, min: number, max: number): number | undefined {
  if (!/^\s*[+-]?\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value + 0 : undefined;
}
