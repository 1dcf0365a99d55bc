/**
 * When the receiver's taps see a frame that comes out of a cable without delay. `netif_rx` stamps most frames as it puts
 * them into the backlog (net.core.netdev_tstamp_prequeue), and captures are in the order of stamps. But segments of TCP
 * sockets carry the time at which they were sent (`skb->mono_delivery_time`, also through bridges, routers and IPVS) where
 * the stamp would go; so they get theirs only when they are worked off. Resets, which no socket sends in its own name, are
 * stamped like the rest.
 */
import type { Frame } from "../packet/frame.ts";
import { EtherType, IpProtocol, TcpFlag } from "../packet/protocol.ts";

/** Whether taps see the frame only when it is worked off. */
export function isSeenLate(frame: Frame): boolean {
  if (frame.etherType !== EtherType.ipv4) return false;
  let packet = frame;
  if (packet.protocol !== IpProtocol.icmp) while (packet.inner !== null) packet = packet.inner;
  return (
    packet.protocol === IpProtocol.tcp &&
    packet.wire === null &&
    (packet.tcpFlags & TcpFlag.rst) === 0
  );
}
