/** Octets of a frame or packet to a `Frame`. Never throws; the frame refers to the octets, which nobody may change. */
import { ChecksumFault, Frame } from "../packet/frame.ts";
import { ARP_LENGTH } from "../packet/lengths.ts";
import { EtherType } from "../packet/protocol.ts";
import { Malformed } from "../packet/wire-detail.ts";
import { readArp } from "./arp.ts";
import { readEthernetHeader } from "./ethernet.ts";
import { keepRaw, readPacket, setPayload } from "./read-packet.ts";

/**
 * A frame from its destination address on, perhaps padded to 60 octets, without check sequence. A host drops an
 * IPv4 packet with `ChecksumFault.ip` as "ip-checksum", then one with `ChecksumFault.header` as "ip-header-error".
 */
export function decodeFrame(octets: Uint8Array, id: number): Frame {
  const frame = new Frame(id);
  const at = readEthernetHeader(frame, octets);
  if (at < 0) {
    frame.etherType = 0;
    keepRaw(frame, octets, 0, octets.length, Malformed.link);
  } else if (frame.etherType === EtherType.ipv4) readPacket(frame, octets, at, octets.length, 0);
  else if (frame.etherType !== EtherType.arp) setPayload(frame, octets, at, octets.length);
  else if (!readArp(frame, octets, at)) {
    frame.checksumFaults |= ChecksumFault.header;
    keepRaw(frame, octets, at, octets.length, Malformed.network);
  }
  if (frame.etherType === EtherType.arp && frame.wire === null) frame.length = ARP_LENGTH;
  else if (frame.etherType !== EtherType.ipv4) frame.length = frame.payloadLength;
  return frame;
}

/** An IPv4 packet, as devices without Ethernet header carry it and as GUE and FOU hold it in UDP. */
export function decodePacket(octets: Uint8Array, id: number): Frame {
  const frame = new Frame(id);
  readPacket(frame, octets, 0, octets.length, 0);
  return frame;
}
