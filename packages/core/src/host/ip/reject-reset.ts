/**
 * The RST with which REJECT answers a TCP segment (`nf_send_reset`, RFC 9293 §3.10.7.1): as from its destination. To a
 * segment that a bridge took in it goes back by the port where that came from, past all rules, with its link addresses
 * exchanged.
 */
import type { NetDevice } from "../../link/net-device.ts";
import { EthernetHeader } from "../../packet/ethernet-header.ts";
import { Frame, FrameOrigin } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { FragmentField, IpProtocol, TcpFlag } from "../../packet/protocol.ts";
import { relatedTo } from "../conntrack/tracked-connection.ts";
import type { IpContext } from "./ip-context.ts";
import type { IpOutput } from "./ip-output.ts";

const HEADERS = 40;

/** Sends the answer to `cause`, unless it is a RST itself or a later fragment. */
export function sendRejectReset(
  cause: Frame,
  context: IpContext,
  output: IpOutput,
  bridgePort: NetDevice | null,
): void {
  if (cause.protocol !== IpProtocol.tcp || (cause.tcpFlags & TcpFlag.rst) !== 0) return;
  if ((cause.fragment & FragmentField.offsetMask) !== 0) return;
  const { router, engine, sysctls } = context;
  const route = router.outputFromAny(cause.source, cause.destination, 0, cause.mark, 0);
  if (route === null) return;
  const frame = new Frame(engine.newFrameId());
  frame.origin = FrameOrigin.answer;
  frame.parentId = cause.id;
  frame.source = cause.destination;
  frame.destination = cause.source;
  frame.protocol = IpProtocol.tcp;
  frame.ttl = sysctls.ipDefaultTtl;
  frame.fragment = FragmentField.dontFragment;
  frame.sourcePort = cause.destinationPort;
  frame.destinationPort = cause.sourcePort;
  frame.conntrack = relatedTo(cause.conntrack);
  numberReset(frame, cause);
  frame.length = HEADERS;
  frame.route = route;
  frame.nextHop = 0 as Ipv4Address;
  if (bridgePort === null) return output.local(frame);
  frame.ethernet = new EthernetHeader(cause.sourceMac, cause.destinationMac);
  bridgePort.transmit(frame);
}

/** With an acknowledgement in the cause its number is the sequence number; without one everything is acknowledged. */
function numberReset(frame: Frame, cause: Frame): void {
  if ((cause.tcpFlags & TcpFlag.ack) !== 0) {
    frame.tcpFlags = TcpFlag.rst;
    frame.sequenceNumber = cause.acknowledgementNumber;
    return;
  }
  const syn = (cause.tcpFlags & TcpFlag.syn) !== 0 ? 1 : 0;
  const fin = (cause.tcpFlags & TcpFlag.fin) !== 0 ? 1 : 0;
  frame.tcpFlags = TcpFlag.rst | TcpFlag.ack;
  frame.acknowledgementNumber = (cause.sequenceNumber + syn + fin + cause.payloadLength) | 0;
}
