/** How addresses, ports and methods are written: numerically, or by name where there is one. */
import {
  type ForwardingMethod,
  formatIpv4Address,
  type Ipv4Address,
  type VirtualServiceIdentity,
} from "@lvsim/core";
import { serviceOfPort } from "../../network/services.ts";
import type { Hosts } from "./addresses.ts";

export const PROTOCOLS = new Map<number, string>([
  [0, "IP"],
  [6, "TCP"],
  [17, "UDP"],
  [132, "SCTP"],
]);

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
  const service = serviceOfPort(port, protocol === 17 ? "udp" : "tcp");
  return `${hosts.nameOf(address) ?? formatIpv4Address(address)}:${service ?? port}`;
}

/** `TCP  10.0.0.1:80`, `FWM  1`. */
export function identityText(identity: VirtualServiceIdentity, hosts: Hosts | null): string {
  if (identity.kind === "fwmark") return `FWM  ${identity.mark}`;
  const protocol = PROTOCOLS.get(identity.protocol) ?? "IP";
  const end = endText(identity.address, identity.port, identity.protocol, hosts);
  return `${protocol.padEnd(4)} ${end}`;
}

/** The protocol by which a service's ports have names. */
export const protocolOf = (identity: VirtualServiceIdentity): number =>
  identity.kind === "address" ? identity.protocol : 6;

const key = (identity: VirtualServiceIdentity): readonly number[] =>
  identity.kind === "fwmark"
    ? [identity.mark, 0, 0, 0]
    : [0, identity.protocol, identity.address, identity.port];

/**
 * By firewall mark, protocol, address and port: services with an address come first. The tool takes
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
