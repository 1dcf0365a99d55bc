/** Which frame opened a request, and which host took it in: read from the trace, not from what the answer says. */
import {
  EtherType,
  type FrameHeader,
  type FrameIndex,
  FrameOrigin,
  IcmpType,
  IpProtocol,
  TcpFlag,
  type TraceEvent,
} from "@lvsim/core";

/** The host of a place: `a` of `a`, of `a.eth0`, and of what is in a's namespace `a/blue`; "" for switches and cables. */
export function hostOfPlace(place: string, hosts: ReadonlySet<string>): string {
  if (hosts.has(place)) return place;
  const slash = place.indexOf("/");
  if (slash > 0) return hosts.has(place.slice(0, slash)) ? place.slice(0, slash) : "";
  const [host = "", device, more] = place.split(".");
  return device !== undefined && more === undefined && hosts.has(host) ? host : "";
}

/** Whether a packet begins an exchange: a SYN, a datagram, an echo request. */
export function isOpening(header: FrameHeader): boolean {
  if (header.etherType !== EtherType.ipv4) return false;
  const { syn, ack } = TcpFlag;
  if (header.protocol === IpProtocol.tcp) return (header.tcpFlags & (syn | ack)) === syn;
  if (header.protocol === IpProtocol.udp) return header.origin !== FrameOrigin.answer;
  return header.protocol === IpProtocol.icmp && header.icmpType === IcmpType.echoRequest;
}

/** The first packet that `from` sent, or could not send, to begin an exchange; 0 for none. */
export function openingFrame(
  events: readonly TraceEvent[],
  from: string,
  hosts: ReadonlySet<string>,
): number {
  for (const event of events) {
    if (event.kind !== "sent" && event.kind !== "dropped") continue;
    if (hostOfPlace(event.place, hosts) !== from) continue;
    const { header } = event;
    if (isOpening(header)) return event.frame;
    if (header.inner !== null && isOpening(header.inner)) return header.innerId;
  }
  return 0;
}

/** The host whose transport took in the request that `frame` opened, a repeated one included; null when none did. */
export function serverOf(
  frames: FrameIndex,
  frame: number,
  hosts: ReadonlySet<string>,
): string | null {
  if (frame === 0) return null;
  for (const event of frames.family(frame))
    if (event.kind === "delivered" && isOpening(event.header))
      return hostOfPlace(event.place, hosts);
  return null;
}
