/**
 * The headers that tunnelling puts before a packet: none but IPv4's own (ipip, RFC 2003), GRE (RFC 2784), or UDP and
 * Generic UDP Encapsulation (`gue_build_header`). Remote checksum offload of GUE leaves no option in the header of a
 * packet whose checksum is complete, which ours always are.
 */
import type { Frame } from "../../../packet/frame.ts";
import { IPV4_HEADER_LENGTH, UDP_HEADER_LENGTH } from "../../../packet/lengths.ts";
import { EtherType, IpProtocol } from "../../../packet/protocol.ts";
import type { TunnelConfig } from "../config.ts";

const GRE_HEADER = new Uint8Array([0, 0, EtherType.ipv4 >> 8, EtherType.ipv4 & 255]);
const GRE_HEADER_WITH_CHECKSUM = new Uint8Array([0x80, ...GRE_HEADER.subarray(1), 0, 0, 0, 0]);
const GUE_HEADER = new Uint8Array([0, IpProtocol.ipip, 0, 0]);

/** net.ipv4.ip_local_port_range's defaults: where GUE takes its source ports from. */
const FLOW_PORTS = { first: 32_768, last: 60_999 } as const;

const greHeader = (tunnel: TunnelConfig): Uint8Array =>
  tunnel.checksum === "none" ? GRE_HEADER : GRE_HEADER_WITH_CHECKSUM;

/** Octets of all headers together, the outer IPv4 header included. */
export function tunnelOverhead(tunnel: TunnelConfig): number {
  if (tunnel.type === "gre") return IPV4_HEADER_LENGTH + greHeader(tunnel).length;
  if (tunnel.type === "gue") return IPV4_HEADER_LENGTH + UDP_HEADER_LENGTH + GUE_HEADER.length;
  return IPV4_HEADER_LENGTH;
}

/** Writes what stands between `outer`'s IPv4 header and `inner`. */
export function writeTunnelHeader(outer: Frame, inner: Frame, tunnel: TunnelConfig): void {
  switch (tunnel.type) {
    case "ipip":
      outer.protocol = IpProtocol.ipip;
      return;
    case "gre":
      outer.protocol = IpProtocol.gre;
      outer.payload = greHeader(tunnel);
      outer.payloadLength = outer.payload.length;
      return;
    case "gue":
      outer.protocol = IpProtocol.udp;
      outer.sourcePort = flowPort(inner);
      outer.destinationPort = tunnel.port;
      outer.udpChecksumAbsent = tunnel.checksum !== "checksum";
      outer.payload = GUE_HEADER;
      outer.payloadLength = GUE_HEADER.length;
      return;
  }
}

/** One source port per flow (`udp_flow_src_port`); the kernel's hash has a random key, ours none. */
function flowPort(inner: Frame): number {
  const ports = (inner.sourcePort << 16) | inner.destinationPort;
  const mixed = inner.source ^ Math.imul(inner.destination, 0x85ebca6b) ^ ports ^ inner.protocol;
  const hash = Math.imul(mixed, 0x9e3779b1) >>> 0;
  return FLOW_PORTS.first + (hash % (FLOW_PORTS.last - FLOW_PORTS.first));
}
