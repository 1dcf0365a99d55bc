/** What configures a tunnel device (`struct ip_tunnel_parm`, `struct ip_tunnel_encap`), and the lengths that follow. */
import { GreFlag, greHeaderLength } from "../../packet/gre-header.ts";
import { GUE_HEADER_LENGTH, GUE_REMOTE_CHECKSUM_LENGTH } from "../../packet/gue-header.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { UDP_HEADER_LENGTH } from "../../packet/lengths.ts";

/** The tunnel's packets go in UDP: Foo over UDP, or Generic UDP Encapsulation. */
export interface UdpEncapsulation {
  readonly kind: "fou" | "gue";
  /** 0: one for each flow. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** The UDP datagram has a checksum. */
  readonly checksum: boolean;
  /** GUE leaves open checksums to the receiver. */
  readonly remoteChecksum: boolean;
}

export interface TunnelParameters {
  readonly kind: "tunnel";
  /** The outer source; 0: chosen by the route, and any is received. */
  readonly local: Ipv4Address;
  /** The outer destination; 0: the next hop of each packet, and any is received. */
  readonly remote: Ipv4Address;
  /** Interface index of the device that outer packets are bound to; 0 for any. */
  readonly link: number;
  /** 0: that of the packet inside. */
  readonly ttl: number;
  /** Bit 0 set: that of the packet inside. */
  readonly tos: number;
  /** Outer packets may not be cut on their way. */
  readonly pathMtuDiscovery: boolean;
  /** DF of the packet inside is not taken over. */
  readonly ignoreDf: boolean;
  /** An IPIP device carries IPv4 only (4) or anything (0); a GRE device has 47. */
  readonly protocol: number;
  /** `GreFlag` bits of key, checksum and sequence that are expected. */
  readonly inputFlags: number;
  /** `GreFlag` bits that are sent. */
  readonly outputFlags: number;
  /** 32 bits, signed; 0 where the flags have no key. */
  readonly inputKey: number;
  readonly outputKey: number;
  readonly encapsulation: UdpEncapsulation | null;
  /** It came with its module, takes what no other device does, and stays. */
  readonly fallback: boolean;
}

/** Of the devices that come with their modules, and what `ip` begins with. */
export const ANY_TUNNEL: TunnelParameters = {
  kind: "tunnel",
  local: 0 as Ipv4Address,
  remote: 0 as Ipv4Address,
  link: 0,
  ttl: 0,
  tos: 0,
  pathMtuDiscovery: false,
  ignoreDf: false,
  protocol: 0,
  inputFlags: 0,
  outputFlags: 0,
  inputKey: 0,
  outputKey: 0,
  encapsulation: null,
  fallback: false,
};

/** IP_MAX_MTU. */
export const IP_MTU_MAX = 0xffff;

/** Octets of UDP and its header before the tunnel's own (`ip_encap_hlen`). */
function encapsulationLength(encapsulation: UdpEncapsulation | null): number {
  if (encapsulation === null) return 0;
  if (encapsulation.kind === "fou") return UDP_HEADER_LENGTH;
  const option = encapsulation.remoteChecksum ? GUE_REMOTE_CHECKSUM_LENGTH : 0;
  return UDP_HEADER_LENGTH + GUE_HEADER_LENGTH + option;
}

/** Octets between the outer IPv4 header and the packet inside (`tunnel->hlen`). */
export function tunnelHeaderLength(
  kind: "ipip" | "gre",
  { encapsulation, outputFlags }: TunnelParameters,
): number {
  const own = kind === "gre" ? greHeaderLength(outputFlags) : 0;
  return own + encapsulationLength(encapsulation);
}

/**
 * `ip_tunnel_key_match`: whether a packet with these `GreFlag` bits and this key is for a tunnel. Neither has a key,
 * or both have the same.
 */
export const keysMatch = (
  { inputFlags, inputKey }: TunnelParameters,
  flags: number,
  key: number,
): boolean =>
  (inputFlags & GreFlag.key) === (flags & GreFlag.key) &&
  ((inputFlags & GreFlag.key) === 0 || inputKey === key);
