/** Addresses, ports and numbers on ipvsadm's command line. */

import { portOfService } from "../../network/services.ts";
import type { FileSystem } from "../../vfs/file-system.ts";
import { addressOfHost, nameOfHost } from "../hosts-file.ts";
import { type Ipv4Address, parseInetAton } from "./inet-aton.ts";

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
  /** 0 when none was given. */
  readonly port: number;
  readonly portGiven: boolean;
}

/** `host`, `host:port`; undefined when it is neither. */
export function parseAddressAndPort(
  text: string,
  protocol: "tcp" | "udp",
  hosts: Hosts,
): AddressAndPort | undefined {
  const colon = text.lastIndexOf(":");
  const host = colon < 0 ? text : text.slice(0, colon);
  const portText = colon < 0 ? "" : text.slice(colon + 1);
  const address = parseInetAton(host) ?? hosts.addressOf(host);
  if (address === undefined || (colon < 0 && /^\d+$/.test(host))) return undefined;
  if (colon < 0) return { address, port: 0, portGiven: false };
  const port = parseNumber(portText, 0, 65_535) ?? portOfService(portText, protocol);
  return port === undefined ? undefined : { address, port, portGiven: true };
}

/** A decimal whole number within bounds, as `string_to_number`; undefined for anything else. */
export function parseNumber(text: string, min: number, max: number): number | undefined {
  if (!/^[+-]?\d+$/.test(text.trim())) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

/** `2001:db8::1`, `[2001:db8::1]:80`: IPv6 in form. */
export const looksLikeIpv6 = (text: string): boolean => /^\[[0-9a-f:.]+\](?::\w+)?$/i.test(text);
