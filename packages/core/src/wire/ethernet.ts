/** The Ethernet II header with at most one 802.1Q tag (IEEE 802.3 §3, 802.1Q §9). Further tags stay raw payload. */
import { EthernetHeader } from "../packet/ethernet-header.ts";
import type { Frame } from "../packet/frame.ts";
import { ETHERNET_HEADER_LENGTH, VLAN_TAG_LENGTH } from "../packet/lengths.ts";
import { EtherType } from "../packet/protocol.ts";
import { get16, getMac, put16, putMac } from "./octets.ts";

/** Where the payload begins; −1 when the octets are too few for a header. */
export function readEthernetHeader(frame: Frame, octets: Uint8Array): number {
  if (octets.length < ETHERNET_HEADER_LENGTH) return -1;
  frame.ethernet = new EthernetHeader(getMac(octets, 0), getMac(octets, 6));
  frame.etherType = get16(octets, 12);
  const tagged = frame.etherType === EtherType.vlan;
  if (!tagged || octets.length < ETHERNET_HEADER_LENGTH + VLAN_TAG_LENGTH)
    return ETHERNET_HEADER_LENGTH;
  frame.vlanTag = get16(octets, 14);
  frame.etherType = get16(octets, 16);
  return ETHERNET_HEADER_LENGTH + VLAN_TAG_LENGTH;
}

/** Writes the header and tells where the payload begins. */
export function writeEthernetHeader(frame: Frame, octets: Uint8Array): number {
  putMac(octets, 0, frame.destinationMac);
  putMac(octets, 6, frame.sourceMac);
  if (frame.vlanTag < 0) {
    put16(octets, 12, frame.etherType);
    return ETHERNET_HEADER_LENGTH;
  }
  put16(octets, 12, EtherType.vlan);
  put16(octets, 14, frame.vlanTag);
  put16(octets, 16, frame.etherType);
  return ETHERNET_HEADER_LENGTH + VLAN_TAG_LENGTH;
}
