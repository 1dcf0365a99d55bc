/** How addresses, ports and methods are written: numerically, or by name where there is one. */
import {
  type ForwardingMethod,
  formatIpv4Address,
  formatIpv6Address,
  type Ipv4Address,
  type Ipv6Address,
  type RealServerKey,
  type VirtualServiceConfig,
  type VirtualServiceIdentity,
} from "@lvsim/core";
import { type NamedProtocol, serviceOfPort } from "../../network/services.ts";
import type { Hosts } from "./addresses.ts";

export const PROTOCOLS = new Map<number, string>([
  [0, "IP"],
  [6, "TCP"],
  [17, "UDP"],
  [132, "SCTP"],
]);

const NAMED_PROTOCOLS: ReadonlyMap<number, NamedProtocol> = new Map([
  [6, "tcp"],
  [17, "udp"],
  [132, "sctp"],
]);

/** Whose names the ports of a protocol have; null for nobody's. */
export const portNamesOf = (protocol: number): NamedProtocol | null =>
  NAMED_PROTOCOLS.get(protocol) ?? null;

const portText = (port: number, protocol: number): string => {
  const names = portNamesOf(protocol);
  return (names === null ? undefined : serviceOfPort(port, names)) ?? `${port}`;
};

const METHODS: Readonly<Record<ForwardingMethod, string>> = {
  masquerading: "Masq",
  "local-node": "Local",
  tunnelling: "Tunnel",
  "direct-routing": "Route",
  bypass: "Bypass",
  "full-nat": "FullNat",
};
export const methodName = (method: ForwardingMethod): string => METHODS[method];

/** `10.0.0.1:80`, or with names `localhost:http`; `hosts` is null for a numeric listing. */
export function endText(
  address: Ipv4Address,
  port: number,
  protocol: number,
  hosts: Hosts | null,
): string {
  if (hosts === null) return `${formatIpv4Address(address)}:${port}`;
  return `${hosts.nameOf(address) ?? formatIpv4Address(address)}:${portText(port, protocol)}`;
}

/** An end of either family: `10.0.0.1:80`, `[2001:db8::1]:80`; no machine knows a name for the latter. */
export function serverText(key: RealServerKey, protocol: number, hosts: Hosts | null): string {
  const { ipv6, address, port } = key;
  if (ipv6 === undefined) return endText(address, port, protocol, hosts);
  return `[${formatIpv6Address(ipv6)}]:${hosts === null ? port : portText(port, protocol)}`;
}

/** `TCP  10.0.0.1:80`, `FWM  1`, `FWM  1 IPv6`. */
export function identityText(identity: VirtualServiceIdentity, hosts: Hosts | null): string {
  if (identity.kind === "fwmark")
    return `FWM  ${identity.mark}${identity.ipv6 === undefined ? "" : " IPv6"}`;
  const protocol = PROTOCOLS.get(identity.protocol) ?? "IP";
  return `${protocol.padEnd(4)} ${serverText(identity, identity.protocol, hosts)}`;
}

/** The protocol by which a service's ports have names; 0, which has none, for a firewall mark. */
export const protocolOf = (identity: VirtualServiceIdentity): number =>
  identity.kind === "address" ? identity.protocol : 0;

/** AF_INET and AF_INET6. */
const familyOf = (ipv6: unknown): number => (ipv6 === undefined ? 2 : 10);

const key = (identity: VirtualServiceIdentity): readonly number[] => {
  const family = familyOf(identity.ipv6);
  return identity.kind === "fwmark"
    ? [identity.mark, family, 0, 0, 0]
    : [0, family, identity.protocol, identity.address, ...wordsOf(identity.ipv6), identity.port];
};

const wordsOf = (address: Ipv6Address | undefined): readonly number[] =>
  (address?.match(/.{8}/g) ?? []).map((word) => Number.parseInt(word, 16));

/** By family, address and port. */
export function compareServers(a: RealServerKey, b: RealServerKey): number {
  const family = familyOf(a.ipv6) - familyOf(b.ipv6);
  if (family !== 0) return family;
  if (a.ipv6 !== b.ipv6) return (a.ipv6 ?? "") < (b.ipv6 ?? "") ? -1 : 1;
  return (a.address >>> 0) - (b.address >>> 0) || a.port - b.port;
}

/**
 * By firewall mark, family, protocol, address and port: services with an address come first. The tool takes
 * the difference of two 32-bit numbers as a signed one, so 224.0.0.1 stands before 0.0.0.0.
 */
export function compareIdentities(a: VirtualServiceIdentity, b: VirtualServiceIdentity): number {
  const [left, right] = [key(a), key(b)];
  for (const [i, value] of left.entries()) {
    const difference = (value - (right[i] as number)) | 0;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `255.255.255.0`, for IPv6 `64`; "" for a mask that leaves clients apart. */
export function netmaskText({ identity, persistenceNetmask }: VirtualServiceConfig): string {
  if (identity.ipv6 !== undefined) return persistenceNetmask === 128 ? "" : `${persistenceNetmask}`;
  return persistenceNetmask === -1 ? "" : formatIpv4Address(persistenceNetmask);
}
