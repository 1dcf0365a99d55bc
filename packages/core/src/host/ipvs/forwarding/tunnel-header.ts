/**
 * The headers that tunnelling puts before a packet: none but IPv4's own (ipip, RFC 2003), GRE (RFC 2784), or UDP and
 * Generic UDP Encapsulation (`gue_build_header`). Remote checksum offload of GUE leaves no option in the header of a
 * packet whose checksum is complete, which ours always are.
 */
import type { Frame } from "../../../packet/frame.ts";
import { GreFlag, greHeader } from "../../../packet/gre-header.ts";
import { gueHeader } from "../../../packet/gue-header.ts";
import { IPV4_HEADER_LENGTH, UDP_HEADER_LENGTH } from "../../../packet/lengths.ts";
import { IpProtocol } from "../../../packet/protocol.ts";
import { flowPort } from "../../ip/flow-port.ts";
import type { TunnelConfig } from "../config.ts";

const GRE_HEADER = greHeader(0, 0, 0);
const GRE_HEADER_WITH_CHECKSUM = greHeader(GreFlag.checksum, 0, 0);
const GUE_HEADER = gueHeader(IpProtocol.ipip);

const greOctets = (tunnel: TunnelConfig): Uint8Array =>
  tunnel.checksum === "none" ? GRE_HEADER : GRE_HEADER_WITH_CHECKSUM;

/** Octets of all headers together, the outer IPv4 header included. */
export function tunnelOverhead(tunnel: TunnelConfig): number {
  if (tunnel.type === "gre") return IPV4_HEADER_LENGTH + greOctets(tunnel).length;
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
      outer.payload = greOctets(tunnel);
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
