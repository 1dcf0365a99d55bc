/** Names of hosts and networks as net-tools resolves them (`INET_resolve`): addresses, `default`, /etc/hosts. */
import { formatIpv4Address, type Ipv4Address } from "@lvsim/core";
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

/** Whom nobody knows. */
export const unknownHost = (name: string): string => `${name}: Unknown host\n`;

/** What can be a name is asked of a name server, and none answers; anything else is nobody's name at once. */
export const lookupFailure = (name: string): string =>
  /^[\w.-]+$/.test(name) && !/^[\d.]+$/.test(name)
    ? `${name}: Host name lookup failure\n`
    : unknownHost(name);

/** `10.0.0.1/24` apart; a length that is no number counts as 0, as with atoi(3). */
export function splitLength(word: string): readonly [string, number | null] {
  const slash = word.indexOf("/");
  if (slash < 0) return [word, null];
  return [word.slice(0, slash), Number.parseInt(word.slice(slash + 1), 10) || 0];
}

/** The mask of a length; one beyond 32 makes what net-tools' shift makes of it. */
export const maskOfLength = (length: number): Ipv4Address =>
  (length <= 0 ? 0 : -1 << (32 - length)) as Ipv4Address;

/** A host's name unless `numeric`, its address when it has none. */
export const hostText = (files: FileSystem, address: Ipv4Address, numeric: boolean): string =>
  (numeric ? undefined : nameOfHost(files, address)) ?? formatIpv4Address(address);
