/** Names of hosts and networks as net-tools resolves them (`INET_resolve`): addresses, `default`, /etc/hosts. */
import { formatIpv4Address, type Ipv4Address, LIMITED_BROADCAST } from "@lvsim/core";
import type { FileSystem } from "../../vfs/file-system.ts";
import { addressOfHost, nameOfHost, parseLooseAddress } from "../hosts-file.ts";

export interface ResolvedName {
  readonly address: Ipv4Address;
  /** It is a network: so far only `default` is. */
  readonly isNetwork: boolean;
}

/** Undefined when nobody knows the name. */
export function resolveName(files: FileSystem, name: string): ResolvedName | undefined {
  if (name === "default") return { address: 0 as Ipv4Address, isNetwork: true };
  const address = parseLooseAddress(name) ?? addressOfHost(files, name);
  return address === undefined ? undefined : { address, isNetwork: false };
}

/** Whom a machine without a name server doesn't know; a name that cannot be one at all has other words. */
export const unknownHost = (name: string): string => `${name}: Unknown host\n`;

/** `10.0.0.1/24` apart; a length that is no number counts as 0, as with atoi(3). */
export function splitLength(word: string): readonly [string, number | null] {
  const slash = word.indexOf("/");
  if (slash < 0) return [word, null];
  return [word.slice(0, slash), Number.parseInt(word.slice(slash + 1), 10) || 0];
}

/** The mask of a length, which may be out of range as in net-tools. */
export const maskOfLength = (length: number): Ipv4Address =>
  (length <= 0 ? 0 : length >= 32 ? LIMITED_BROADCAST : -1 << (32 - length)) as Ipv4Address;

/** A host's name unless `numeric`, its address when it has none. */
export const hostText = (files: FileSystem, address: Ipv4Address, numeric: boolean): string =>
  (numeric ? undefined : nameOfHost(files, address)) ?? formatIpv4Address(address);
