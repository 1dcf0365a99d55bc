/** What a filter sees: a packet, its link header, and whether it looked beyond the end (then it does not match). */
import { type CapturedPacket, CaptureLink, OctetReader } from "../packet.ts";

const ADDRESSES_LENGTH = 12;
const TAG_LENGTH = 4;

export class PacketView extends OctetReader {
  readonly length: number;
  readonly outgoing: boolean;
  readonly vlanTag: number;

  constructor(packet: CapturedPacket) {
    super(packet.vlanTag < 0 ? packet.octets : withoutTag(packet.octets));
    this.length = packet.length;
    this.outgoing = packet.outgoing;
    this.vlanTag = packet.vlanTag;
  }
}

/** Ethernet octets as the kernel shows them to a filter: the tag stands elsewhere. */
function withoutTag(octets: Uint8Array): Uint8Array {
  const rest = new Uint8Array(Math.max(0, octets.length - TAG_LENGTH));
  rest.set(octets.subarray(0, ADDRESSES_LENGTH));
  rest.set(octets.subarray(ADDRESSES_LENGTH + TAG_LENGTH), ADDRESSES_LENGTH);
  return rest;
}

export type Predicate = (packet: PacketView) => boolean;

/** Where headers are for one kind of link, and how much `vlan` has moved them so far. */
export class LinkLayout {
  readonly link: CaptureLink;
  /** From a file, in which tags are octets. */
  readonly fromFile: boolean;
  /** The network of the interface, for `ip broadcast`. */
  readonly netmask: number;
  /** Octets by which tags have moved the network header. */
  shift = 0;

  constructor(link: CaptureLink, fromFile: boolean, netmask: number) {
    this.link = link;
    this.fromFile = fromFile;
    this.netmask = netmask;
  }

  /** Where the network header begins. */
  get network(): number {
    if (this.link === CaptureLink.raw) return 0;
    return (this.link === CaptureLink.ethernet ? 14 : 20) + this.shift;
  }

  /** Whether the packet is of this EtherType. */
  isType(etherType: number): Predicate {
    const { network, link } = this;
    if (link === CaptureLink.raw) {
      const version = etherType === IPV4 ? 0x40 : etherType === IPV6 ? 0x60 : -1;
      return (packet) => (packet.byte(0) & 0xf0) === version;
    }
    const at = link === CaptureLink.ethernet ? network - 2 : 0;
    return (packet) => packet.short(at) === etherType;
  }
}

export const IPV4 = 0x0800;
export const ARP = 0x0806;
export const RARP = 0x8035;
export const IPV6 = 0x86dd;
