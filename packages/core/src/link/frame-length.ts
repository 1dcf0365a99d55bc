/** How many octets a frame takes on an Ethernet cable, without preamble, padding and frame check sequence. */
import type { Frame } from "../packet/frame.ts";
import { EtherType } from "../packet/protocol.ts";

/** Ethernet's header without a VLAN tag, in octets. */
const ETHERNET_HEADER_LENGTH = 14;
/** An 802.1Q tag, in octets. */
export const VLAN_TAG_LENGTH = 4;
/** An ARP packet for Ethernet and IPv4 (RFC 826), in octets. */
const ARP_LENGTH = 28;

/** What the frame carries above Ethernet and tag, in octets: what a device's MTU limits. */
export function payloadLengthOf(frame: Frame): number {
  if (frame.etherType === EtherType.ipv4) return frame.length;
  return frame.etherType === EtherType.arp ? ARP_LENGTH : frame.payloadLength;
}

/** The whole frame in octets, as /proc/net/dev counts it. */
export function frameLengthOf(frame: Frame): number {
  const header =
    frame.vlanTag < 0 ? ETHERNET_HEADER_LENGTH : ETHERNET_HEADER_LENGTH + VLAN_TAG_LENGTH;
  return header + payloadLengthOf(frame);
}
