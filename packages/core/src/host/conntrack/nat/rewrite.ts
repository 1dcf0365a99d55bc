/** Changing a packet to what its connection's NAT says (`nf_nat_manip_pkt`, `nf_nat_icmp_reply_translation`). */
import { copyFrame } from "../../../packet/copy-frame.ts";
import type { Frame } from "../../../packet/frame.ts";
import { IcmpType, IpProtocol } from "../../../packet/protocol.ts";
import { mendChecksum } from "../../../packet/sctp.ts";
import { ConnectionStatus, type TrackedConnection } from "../tracked-connection.ts";
import { hasIdentifier, Tuple } from "../tuple.ts";
import { Way } from "../way.ts";
import { Manipulation } from "./range.ts";

const { sourceNat, destinationNat, sourceNatDone, destinationNatDone } = ConnectionStatus;
const ANY_NAT = sourceNat | destinationNat;
const ALL_DONE = sourceNatDone | destinationNatDone;

/** What the packets of the way at hand are to look like; used for one packet at a time. */
const target = new Tuple();

const otherWay = (way: Way): Way => (way === Way.original ? Way.reply : Way.original);

/** Whether NAT changes this half of packets that go this way. */
function applies(connection: TrackedConnection, way: Way, manipulation: Manipulation): boolean {
  let bit: number = manipulation === Manipulation.source ? sourceNat : destinationNat;
  if (way === Way.reply) bit ^= ANY_NAT;
  return (connection.status & bit) !== 0;
}

function rewriteHalf(frame: Frame, like: Tuple, manipulation: Manipulation): void {
  const isSource = manipulation === Manipulation.source;
  if (isSource) frame.source = like.source;
  else frame.destination = like.destination;
  switch (frame.protocol) {
    case IpProtocol.tcp:
    case IpProtocol.udp:
    case IpProtocol.sctp:
      if (frame.checksumFaults !== 0) mendChecksum(frame);
      if (isSource) frame.sourcePort = like.sourcePort;
      else frame.destinationPort = like.destinationPort;
      return;
    case IpProtocol.icmp:
      if (hasIdentifier(frame.icmpType))
        frame.icmpRest = (like.sourcePort << 16) | (frame.icmpRest & 0xffff);
  }
}

/** Changes one half of a packet of the connection. */
export function rewritePacket(
  frame: Frame,
  connection: TrackedConnection,
  way: Way,
  manipulation: Manipulation,
): void {
  if (!applies(connection, way, manipulation)) return;
  target.invert(connection.tuple(otherWay(way)));
  rewriteHalf(frame, target, manipulation);
}

/**
 * Changes one half of an ICMP error about the connection, and the other half of the packet that it quotes. False: it
 * may not pass (a redirect, which means nothing beyond a translation).
 */
export function rewriteError(
  frame: Frame,
  connection: TrackedConnection,
  way: Way,
  manipulation: Manipulation,
): boolean {
  if (frame.icmpType === IcmpType.redirect) {
    if ((connection.status & ALL_DONE) !== ALL_DONE) return false;
    if ((connection.status & ANY_NAT) !== 0) return false;
  }
  if (!applies(connection, way, manipulation) || frame.inner === null) return true;
  const back = connection.tuple(otherWay(way));
  const isSource = manipulation === Manipulation.source;
  const quoted = copyFrame(frame.inner, frame.inner.id);
  rewriteHalf(quoted, back, isSource ? Manipulation.destination : Manipulation.source);
  frame.inner = quoted;
  target.invert(back);
  rewriteHalf(frame, target, manipulation);
  return true;
}
