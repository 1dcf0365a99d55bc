/** Addresses, ports and numbers on ipvsadm's command line. */

import { type Ipv6Address, parseIpv6Address } from "@lvsim/core";
import { portOfService } from "../../network/services.ts";
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

/** `host`, `host:port`, `[2001:db8::1]:port`; undefined when it is none of these. */
export function parseAddressAndPort(
  text: string,
  protocol: "tcp" | "udp",
  hosts: Hosts,
): AddressAndPort | undefined {
  const bracketed = /^\[([^\]]*)\](.*)$/.exec(text);
  const colon = bracketed === null ? text.lastIndexOf(":") : -1;
  const host = bracketed?.[1] ?? (colon < 0 ? text : text.slice(0, colon));
  const rest = bracketed?.[2] ?? (colon < 0 ? "" : text.slice(colon));
  const ipv6 = parseIpv6Address(host);
  const address = ipv6 === undefined ? (parseInetAton(host) ?? hosts.addressOf(host)) : NO_ADDRESS;
  if (address === undefined || (rest === "" && /^\d+$/.test(host))) return undefined;
  if (rest === "") return { address, ipv6, port: 0, portGiven: false };
  if (!rest.startsWith(":")) return undefined;
  const portText = rest.slice(1);
  const port = parseNumber(portText, 0, 65_535) ?? portOfService(portText, protocol);
  return port === undefined ? undefined : { address, ipv6, port, portGiven: true };
}

/** A decimal whole number within bounds, as `string_to_number`; undefined for anything else. */
export function parseNumber(text: string, min: number, max: number): number | undefined {
  if (!/^[+-]?\d+$/.test(text.trim())) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}
