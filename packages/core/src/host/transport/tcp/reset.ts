/** Segments that answer for a flow without a connection: RST (RFC 9293 §3.10.7.1), and acknowledgements of requests and TIME_WAITs. */
import { Frame, FrameOrigin, PacketType } from "../../../packet/frame.ts";
import { packetLength } from "../../../packet/lengths.ts";
import { FragmentField, IpProtocol, TcpFlag } from "../../../packet/protocol.ts";
import type { Route } from "../../route/route.ts";
import type { TcpContext } from "./tcb.ts";

/** A packet back to the sender of `cause`; null without a route. */
export function replyTo(context: TcpContext, cause: Frame): Frame | null {
  const route = context.host.ip.routeOutput(cause.source, cause.destination, 0, 0, 0);
  return typeof route === "number" ? null : replyBy(route, context, cause);
}

/**
 * The same by a route that is known: no identification, unfragmentable. What the frame takes is asked before it is made, as in
 * `transmit`.
 */
export function replyBy(route: Route, { host }: TcpContext, cause: Frame): Frame {
  const { engine, sysctls } = host;
  const ttl = sysctls.ip_default_ttl;
  const { id, source, destination, sourcePort, destinationPort } = cause;
  const frame = new Frame(engine.newFrameId());
  frame.parentId = id;
  frame.origin = FrameOrigin.answer;
  frame.source = destination;
  frame.destination = source;
  frame.protocol = IpProtocol.tcp;
  frame.ttl = ttl;
  frame.fragment = FragmentField.dontFragment;
  frame.sourcePort = destinationPort;
  frame.destinationPort = sourcePort;
  frame.route = route;
  return frame;
}

/** Sends a frame made by `replyTo` once its header is complete. */
export function sendReply(context: TcpContext, frame: Frame): void {
  frame.length = packetLength(frame);
  context.counters.OutSegs++;
  context.send(frame);
}

/** Answers `cause` with RST (`tcp_v4_send_reset`); a RST is never answered. */
export function sendReset(context: TcpContext, cause: Frame): void {
  if ((cause.tcpFlags & TcpFlag.rst) !== 0 || cause.packetType !== PacketType.host) return;
  const frame = replyTo(context, cause);
  if (frame === null) return;
  if ((cause.tcpFlags & TcpFlag.ack) !== 0) {
    frame.tcpFlags = TcpFlag.rst;
    frame.sequenceNumber = cause.acknowledgementNumber;
  } else {
    frame.tcpFlags = TcpFlag.rst | TcpFlag.ack;
    frame.acknowledgementNumber = segmentEnd(cause);
  }
  context.counters.OutRsts++;
  sendReply(context, frame);
}

/** One past the last sequence number of `frame`. */
export function segmentEnd(frame: Frame): number {
  const flags = frame.tcpFlags;
  const controls = (flags & TcpFlag.fin) + ((flags & TcpFlag.syn) >> 1);
  return (frame.sequenceNumber + frame.payloadLength + controls) | 0;
}
