/** ARP for IPv4 over Ethernet (RFC 826). Other hardware and protocol types are malformed to us, as to `arp_rcv`. */
import type { Frame } from "../packet/frame.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import { ARP_LENGTH } from "../packet/lengths.ts";
import { EtherType } from "../packet/protocol.ts";
import { get16, get32, getMac, put16, put32, putMac } from "./octets.ts";

const ETHERNET = 1;
/** Lengths of the two kinds of address: 6 octets of hardware address, 4 of protocol address. */
const ADDRESS_LENGTHS = 0x0604;

/** Reads a packet that begins at `at`; false when it is none of ours. */
export function readArp(frame: Frame, octets: Uint8Array, at: number): boolean {
  if (octets.length - at < ARP_LENGTH) return false;
  if (get16(octets, at) !== ETHERNET || get16(octets, at + 2) !== EtherType.ipv4) return false;
  if (get16(octets, at + 4) !== ADDRESS_LENGTHS) return false;
  frame.arpOperation = get16(octets, at + 6);
  frame.arpSenderMac = getMac(octets, at + 8);
  frame.source = get32(octets, at + 14) as Ipv4Address;
  frame.arpTargetMac = getMac(octets, at + 18);
  frame.destination = get32(octets, at + 24) as Ipv4Address;
  return true;
}

export function writeArp(frame: Frame, octets: Uint8Array, at: number): void {
  put16(octets, at, ETHERNET);
  put16(octets, at + 2, EtherType.ipv4);
  put16(octets, at + 4, ADDRESS_LENGTHS);
  put16(octets, at + 6, frame.arpOperation);
  putMac(octets, at + 8, frame.arpSenderMac);
  put32(octets, at + 14, frame.source);
  putMac(octets, at + 18, frame.arpTargetMac);
  put32(octets, at + 24, frame.destination);
}
