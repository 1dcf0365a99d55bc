/**
 * Lengths in octets that follow from a frame's fields: RFC 791 §3.1, RFC 9293 §3.1, RFC 768, RFC 792, with TCP
 * options laid out as Linux lays them out. Whoever builds or changes a packet sets `length` to `packetLength`.
 */
import type { Frame } from "./frame.ts";
import { EtherType, FragmentField, IpProtocol } from "./protocol.ts";
import { SCTP_PORTS_LENGTH } from "./sctp.ts";
import { Malformed } from "./wire-detail.ts";

export const ETHERNET_HEADER_LENGTH = 14;
export const VLAN_TAG_LENGTH = 4;
export const ARP_LENGTH = 28;
export const IPV4_HEADER_LENGTH = 20;
export const TCP_HEADER_LENGTH = 20;
export const UDP_HEADER_LENGTH = 8;
export const ICMP_HEADER_LENGTH = 8;
/** The longest ICMP error, IPv4 header included (RFC 1812 §4.3.2.3, `icmp_send`). */
const ICMP_ERROR_LENGTH_MAX = 576;

export const ipHeaderLength = (frame: Frame): number =>
  IPV4_HEADER_LENGTH + (frame.ipOptions === null ? 0 : frame.ipOptions.length);

/** TCP header with options, as `tcp_established_options` and `tcp_syn_options` count them. */
export function tcpHeaderLength(frame: Frame): number {
  if (frame.wire !== null && frame.wire.tcpOptions !== null)
    return TCP_HEADER_LENGTH + frame.wire.tcpOptions.length;
  let length = TCP_HEADER_LENGTH;
  if (frame.hasTimestamps) length += 12;
  const syn = frame.synOptions;
  if (syn !== null) {
    if (syn.maximumSegmentSize !== 0) length += 4;
    if (syn.windowScale >= 0) length += 4;
    // With timestamps the permission takes the place of their two NOPs.
    if (syn.sackPermitted && !frame.hasTimestamps) length += 4;
  }
  if (frame.sackBlocks !== null && frame.sackBlocks.length !== 0)
    length += 4 + 4 * frame.sackBlocks.length;
  if (frame.tcpOptions !== null) length += frame.tcpOptions.length;
  return length;
}

/** Whether `payload` is all that follows the IPv4 header: a later fragment, or an unreadable transport header. */
export const hasRawContent = (frame: Frame): boolean =>
  (frame.fragment & FragmentField.offsetMask) !== 0 ||
  (frame.wire !== null && (frame.wire.malformed & Malformed.transport) !== 0);

/**
 * The IPv4 total length of a packet by its fields. An ICMP error quotes as much as 576 octets hold (less where
 * the path MTU is smaller: `icmpErrorLength`). Not for parts of a `fragmentOf`, whose length says what they are.
 */
export function packetLength(frame: Frame): number {
  const header = ipHeaderLength(frame);
  if (hasRawContent(frame)) return header + frame.payloadLength;
  const carried = frame.inner === null ? 0 : frame.inner.length;
  const padding = frame.wire === null ? 0 : frame.wire.padding;
  switch (frame.protocol) {
    case IpProtocol.tcp:
      return header + tcpHeaderLength(frame) + frame.payloadLength;
    case IpProtocol.udp:
      return header + UDP_HEADER_LENGTH + frame.payloadLength + carried + padding;
    case IpProtocol.sctp:
      return header + SCTP_PORTS_LENGTH + frame.payloadLength;
    case IpProtocol.icmp:
      if (frame.inner === null) return header + ICMP_HEADER_LENGTH + frame.payloadLength;
      return icmpErrorLength(header, carried, ICMP_ERROR_LENGTH_MAX) + frame.payloadLength;
    default:
      return header + frame.payloadLength + carried + padding;
  }
}

/**
 * The total length of an ICMP error with an IPv4 header of `header` octets about a packet of `quoted` octets,
 * on a route with this MTU: all of the packet that fits 576 octets and the MTU.
 */
export function icmpErrorLength(header: number, quoted: number, mtu: number): number {
  const whole = header + ICMP_HEADER_LENGTH + quoted;
  return Math.min(whole, mtu, ICMP_ERROR_LENGTH_MAX);
}

/** Octets of the frame on a medium, from the destination address on: no padding to 60, no check sequence. */
export function frameLength(frame: Frame): number {
  if (frame.wire !== null && (frame.wire.malformed & Malformed.link) !== 0)
    return frame.payloadLength;
  const header = ETHERNET_HEADER_LENGTH + (frame.vlanTag < 0 ? 0 : VLAN_TAG_LENGTH);
  if (frame.etherType === EtherType.ipv4) return header + frame.length;
  if (frame.etherType === EtherType.arp && frame.wire === null) return header + ARP_LENGTH;
  return header + frame.payloadLength;
}
