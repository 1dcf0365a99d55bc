/** UDP around a tunnel's packets (`fou_build_header`, `gue_build_header`, `udp_flow_src_port`). */
import type { Frame } from "../../packet/frame.ts";
import { gueHeader, gueHeaderWithRemoteChecksum } from "../../packet/gue-header.ts";
import { UDP_HEADER_LENGTH } from "../../packet/lengths.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import type { UdpEncapsulation } from "../device/tunnel-parameters.ts";
import { flowPort } from "../ip/flow-port.ts";

/** Turns `outer`, complete with the tunnel's own header as payload, into a UDP datagram; returns the octets it grew by. */
export function wrapInUdp(outer: Frame, encapsulation: UdpEncapsulation): number {
  const inner = outer.inner as Frame;
  let added = UDP_HEADER_LENGTH;
  if (encapsulation.kind === "gue") {
    const own = outer.payloadLength;
    const header = gueOctets(outer.protocol, inner, own, encapsulation.remoteChecksum);
    added += header.length;
    outer.payload = own === 0 ? header : joined(header, outer);
    outer.payloadOffset = 0;
    outer.payloadLength = header.length + own;
  }
  outer.protocol = IpProtocol.udp;
  outer.sourcePort = encapsulation.sourcePort === 0 ? flowPort(inner) : encapsulation.sourcePort;
  outer.destinationPort = encapsulation.destinationPort;
  outer.udpChecksumAbsent = !encapsulation.checksum;
  return added;
}

/** Only the checksum of a packet of this host's own is still open. */
function gueOctets(protocol: number, inner: Frame, own: number, remote: boolean): Uint8Array {
  const open = remote && inner.inputInterface === 0 && inner.fragmentOf === null;
  const withOption = open ? gueHeaderWithRemoteChecksum(protocol, inner, own) : null;
  return withOption ?? gueHeader(protocol);
}

function joined(header: Uint8Array, { payload, payloadOffset, payloadLength }: Frame): Uint8Array {
  const octets = new Uint8Array(header.length + payloadLength);
  octets.set(header);
  octets.set(payload.subarray(payloadOffset, payloadOffset + payloadLength), header.length);
  return octets;
}
