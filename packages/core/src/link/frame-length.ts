/** How many octets a frame takes on an Ethernet cable, without preamble, padding and frame check sequence. */
import type { Frame } from "../packet/frame.ts";
import { ETHERNET_HEADER_LENGTH, VLAN_TAG_LENGTH } from "../packet/lengths.ts";

const TAGGED_HEADER_LENGTH = ETHERNET_HEADER_LENGTH + VLAN_TAG_LENGTH;

/** The whole frame in octets, as /proc/net/dev counts it. */
export const frameLengthOf = (frame: Frame): number =>
  frame.length + (frame.vlanTag < 0 ? ETHERNET_HEADER_LENGTH : TAGGED_HEADER_LENGTH);
