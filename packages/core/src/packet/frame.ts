/**
 * One frame on its way: Ethernet, then ARP or IPv4, then ICMP, UDP, TCP or another packet. Flat, so that a
 * hop costs a few stores; mutated in place as the kernel mutates an skb, copied only where the network
 * copies. A frame in flight is one pending arrival of the engine's queue. Octets exist only at the edge (wire/).
 *
 * Fields of a layer that the frame does not carry keep their defaults. No checksum is stored: the wire
 * encoder computes them, and the decoder notes bad ones in `checksumFaults`.
 */
import { EthernetHeader, NO_HEADER } from "./ethernet-header.ts";
import { FrameExtras, type RawOptions } from "./frame-extras.ts";
import type { Ipv4Address } from "./ipv4-address.ts";
import { type MacAddress, ZERO_MAC } from "./mac-address.ts";
import { EtherType } from "./protocol.ts";
import type { WireDetail } from "./wire-detail.ts";

/** What a frame arrives at. */
export interface FrameReceiver {
  receive(frame: Frame): void;
}

/** How a frame came to be, seen from its parent. */
export const FrameOrigin = {
  /** Sent on nobody's account but the sender's. */
  original: 0,
  /** Made in answer to the parent: an ARP reply, a SYN+ACK, an echo reply. */
  answer: 1,
  /** Carries the parent inside a tunnel header. */
  encapsulated: 2,
  /** The parent's octets, sent once more. */
  retransmitted: 3,
  /** An ICMP error that quotes the parent. */
  quoted: 4,
  /** Taken out of the parent's tunnel header. */
  decapsulated: 5,
  /** A fragment of the parent, or the whole put together from it. */
  fragmented: 6,
} as const;
export type FrameOrigin = (typeof FrameOrigin)[keyof typeof FrameOrigin];

/** Linux's `skb->pkt_type`: whom the link-layer address names. */
export const PacketType = { host: 0, broadcast: 1, multicast: 2, otherHost: 3 } as const;
export type PacketType = (typeof PacketType)[keyof typeof PacketType];

/** TCP options that only a SYN carries (RFC 9293 §3.2, RFC 7323, RFC 2018). */
export interface TcpSynOptions {
  /** Maximum segment size in octets; 0 when the option is absent. */
  readonly maximumSegmentSize: number;
  /** Shift count, 0 to 14; −1 when the option is absent. */
  readonly windowScale: number;
  readonly sackPermitted: boolean;
}

/** What is wrong with a packet's octets, as bits. */
export const ChecksumFault = {
  /** The checksum of the IPv4 header. */
  ip: 1,
  /** The checksum of the transport packet, or its header cannot be read (`Malformed.transport`). */
  transport: 2,
  /** The IPv4 header or ARP packet cannot be read (`Malformed.network`). */
  header: 4,
} as const;

/**
 * What frames refer to at first. V8 asks what shape a constant object has in the middle of making a frame, which it then
 * fills twice; the shape of what a changing field holds it knows. So these are fields, and are set twice.
 */
class Blank {
  ethernet = new EthernetHeader(ZERO_MAC, ZERO_MAC);
  payload = new Uint8Array(0);
}
const BLANK = new Blank();
BLANK.ethernet = NO_HEADER;
BLANK.payload = new Uint8Array(0);

/** What a host notes of a frame in `Frame.notes`: `packetType` in the lowest bits, then these. */
const HostNote = { ipvsProperty: 4, untracked: 8 } as const;
const PACKET_TYPE_MASK = 3;

export class Frame {
  /** Its name in the trace: one packet keeps it from hop to hop. */
  id: number;
  /** The frame that caused it; 0 for none. */
  parentId = 0;
  origin: FrameOrigin = FrameOrigin.original;
  ethernet = BLANK.ethernet;

  // IPv4; of ARP the protocol addresses of sender and target
  source = 0 as Ipv4Address;
  destination = 0 as Ipv4Address;
  protocol = 0;
  ttl = 64;
  identification = 0;
  /** Flags and offset as in the header, see `FragmentField`. */
  fragment = 0;
  /**
   * What follows Ethernet's header and tag, in octets: of an IPv4 packet its total length, header included. Whoever
   * changes the content keeps it true.
   */
  length = 0;

  // UDP, TCP, SCTP (whose other octets are payload, see sctp.ts)
  sourcePort = 0;
  destinationPort = 0;

  // TCP: sequence numbers are 32-bit, kept as signed integers (`| 0`)
  tcpFlags = 0;
  sequenceNumber = 0;
  acknowledgementNumber = 0;
  /** The window field as sent, unscaled. */
  window = 0;
  /** Whether the segment carries the timestamps option of RFC 7323. */
  hasTimestamps = false;
  timestampValue = 0;
  timestampEcho = 0;
  /** Options of a SYN; null on other segments. */
  synOptions: TcpSynOptions | null = null;

  // payload: octets [payloadOffset, payloadOffset + payloadLength) of an array that nobody changes
  payload: Uint8Array = BLANK.payload;
  payloadOffset = 0;
  payloadLength = 0;
  /**
   * What few frames have: several receivers, a VLAN tag, another protocol than IPv4, a type of service, a mark, ICMP, options,
   * a carried packet, damage. Null for none of it; the accessors below look there.
   */
  extras: FrameExtras<Frame> | null = null;

  // what a host knows about it (skb metadata); cleared by `enterHost`
  /** `packetType`, `ipvsProperty` and `untracked`, for which there are accessors below. */
  notes = 0;
  /** The route chosen for it (`skb_dst`), a `Route` of host/route; null before routing. */
  route: object | null = null;
  /** The neighbour to send to when it is not what `route` and `destination` say (FLOWI_FLAG_KNOWN_NH: IPVS direct routing); 0 otherwise. */
  nextHop = 0 as Ipv4Address;
  /** What it is to its tracked connection, a `TrackedPacket` of host/conntrack; null when untracked or not yet seen. */
  conntrack: object | null = null;
  /** Interface index on which the host received it; 0 for a packet of its own. */
  inputInterface = 0;

  constructor(id: number) {
    this.id = id;
  }

  get packetType(): PacketType {
    return (this.notes & PACKET_TYPE_MASK) as PacketType;
  }
  set packetType(value: PacketType) {
    this.notes = (this.notes & ~PACKET_TYPE_MASK) | value;
  }

  /** IPVS has dealt with it already (`skb->ipvs_property`). */
  get ipvsProperty(): boolean {
    return (this.notes & HostNote.ipvsProperty) !== 0;
  }
  set ipvsProperty(value: boolean) {
    const others = this.notes & ~HostNote.ipvsProperty;
    this.notes = value ? others | HostNote.ipvsProperty : others;
  }

  /** Tracking is off for this packet (IP_CT_UNTRACKED). */
  get untracked(): boolean {
    return (this.notes & HostNote.untracked) !== 0;
  }
  set untracked(value: boolean) {
    const others = this.notes & ~HostNote.untracked;
    this.notes = value ? others | HostNote.untracked : others;
  }

  get destinationMac(): MacAddress {
    return this.ethernet.destination;
  }
  set destinationMac(value: MacAddress) {
    this.ethernet = new EthernetHeader(value, this.ethernet.source);
  }

  get sourceMac(): MacAddress {
    return this.ethernet.source;
  }
  set sourceMac(value: MacAddress) {
    this.ethernet = new EthernetHeader(this.ethernet.destination, value);
  }

  /** Several receivers hold this very object: read only. IP input copies it before anybody may write. */
  get shared(): boolean {
    return this.extras === null ? false : this.extras.shared;
  }
  set shared(value: boolean) {
    if (value || this.extras !== null) this.own().shared = value;
  }

  /** `EtherType`; IPv4 for most. */
  get etherType(): number {
    return this.extras === null ? EtherType.ipv4 : this.extras.etherType;
  }
  set etherType(value: number) {
    if (value !== EtherType.ipv4 || this.extras !== null) this.own().etherType = value;
  }

  /** 802.1Q tag control information (priority and VLAN id); −1 for an untagged frame. */
  get vlanTag(): number {
    return this.extras === null ? -1 : this.extras.vlanTag;
  }
  set vlanTag(value: number) {
    if (value >= 0) this.own().vlanTag = value;
    else if (this.extras !== null) this.untag(this.extras);
  }

  /** Takes the tag off, and the extras with it if there is nothing else: then it is again as most are. */
  private untag(extras: FrameExtras<Frame>): void {
    extras.vlanTag = -1;
    if (extras.isUsual) this.extras = null;
  }

  /** The type of service field: DSCP and ECN. */
  get tos(): number {
    return this.extras === null ? 0 : this.extras.tos;
  }
  set tos(value: number) {
    if (value !== 0 || this.extras !== null) this.own().tos = value;
  }

  /** SACK blocks as left, right, left, right …; null for none (RFC 2018). */
  get sackBlocks(): readonly number[] | null {
    return this.extras === null ? null : this.extras.sackBlocks;
  }
  set sackBlocks(value: readonly number[] | null) {
    if (value !== null || this.extras !== null) this.own().sackBlocks = value;
  }

  /** `skb->mark`; cleared by `enterHost`. */
  get mark(): number {
    return this.extras === null ? 0 : this.extras.mark;
  }
  set mark(value: number) {
    if (value !== 0 || this.extras !== null) this.own().mark = value;
  }

  /** Every rule that it meets is told of (`skb->nf_trace`); cleared by `enterHost`. */
  get traced(): boolean {
    return this.extras === null ? false : this.extras.traced;
  }
  set traced(value: boolean) {
    if (value || this.extras !== null) this.own().traced = value;
  }

  /** `ArpOperation`; 0 when the frame is not ARP. */
  get arpOperation(): number {
    return this.extras === null ? 0 : this.extras.arpOperation;
  }
  set arpOperation(value: number) {
    if (value !== 0 || this.extras !== null) this.own().arpOperation = value;
  }

  /** The hardware addresses in an ARP packet. */
  get arpSenderMac(): MacAddress {
    return this.extras === null ? ZERO_MAC : this.extras.arpSenderMac;
  }
  set arpSenderMac(value: MacAddress) {
    if (value !== ZERO_MAC || this.extras !== null) this.own().arpSenderMac = value;
  }

  get arpTargetMac(): MacAddress {
    return this.extras === null ? ZERO_MAC : this.extras.arpTargetMac;
  }
  set arpTargetMac(value: MacAddress) {
    if (value !== ZERO_MAC || this.extras !== null) this.own().arpTargetMac = value;
  }

  /** Options of the IPv4 header, padded to a multiple of 4 octets; null for none. */
  get ipOptions(): RawOptions | null {
    return this.extras === null ? null : this.extras.ipOptions;
  }
  set ipOptions(value: RawOptions | null) {
    if (value !== null || this.extras !== null) this.own().ipOptions = value;
  }

  /** TCP options that have no field, octets as they stand, padded to a multiple of 4; null for none. */
  get tcpOptions(): RawOptions | null {
    return this.extras === null ? null : this.extras.tcpOptions;
  }
  set tcpOptions(value: RawOptions | null) {
    if (value !== null || this.extras !== null) this.own().tcpOptions = value;
  }

  /** A UDP datagram whose sender computed no checksum. */
  get udpChecksumAbsent(): boolean {
    return this.extras === null ? false : this.extras.udpChecksumAbsent;
  }
  set udpChecksumAbsent(value: boolean) {
    if (value !== false || this.extras !== null) this.own().udpChecksumAbsent = value;
  }

  get icmpType(): number {
    return this.extras === null ? 0 : this.extras.icmpType;
  }
  set icmpType(value: number) {
    if (value !== 0 || this.extras !== null) this.own().icmpType = value;
  }

  get icmpCode(): number {
    return this.extras === null ? 0 : this.extras.icmpCode;
  }
  set icmpCode(value: number) {
    if (value !== 0 || this.extras !== null) this.own().icmpCode = value;
  }

  /** The four octets after the checksum: identifier and sequence, next-hop MTU, or gateway. */
  get icmpRest(): number {
    return this.extras === null ? 0 : this.extras.icmpRest;
  }
  set icmpRest(value: number) {
    if (value !== 0 || this.extras !== null) this.own().icmpRest = value;
  }

  /**
   * The packet carried in a tunnel, or quoted by an ICMP error; null for none. A tunnel's own header (GRE; GUE
   * behind UDP) is the payload, and the carried packet follows it. Payload of an ICMP error follows the quotation.
   */
  get inner(): Frame | null {
    return this.extras === null ? null : this.extras.inner;
  }
  set inner(value: Frame | null) {
    if (value !== null || this.extras !== null) this.own().inner = value;
  }

  /** For a fragment made by a simulated host: the whole packet of which it is the part that `fragment` and `length` name. */
  get fragmentOf(): Frame | null {
    return this.extras === null ? null : this.extras.fragmentOf;
  }
  set fragmentOf(value: Frame | null) {
    if (value !== null || this.extras !== null) this.own().fragmentOf = value;
  }

  /** `ChecksumFault` bits: what is wrong with a decoded frame, or with one that a link damaged. */
  get checksumFaults(): number {
    return this.extras === null ? 0 : this.extras.checksumFaults;
  }
  set checksumFaults(value: number) {
    if (value !== 0 || this.extras !== null) this.own().checksumFaults = value;
  }

  /** What a decoded frame's octets say beyond the fields above; null for frames made by simulated hosts. */
  get wire(): WireDetail | null {
    return this.extras === null ? null : this.extras.wire;
  }
  set wire(value: WireDetail | null) {
    if (value !== null || this.extras !== null) this.own().wire = value;
  }

  private own(): FrameExtras<Frame> {
    this.extras ??= new FrameExtras();
    return this.extras;
  }

  /** Forgets what the previous host noted, as `skb_scrub_packet` does at a namespace's border. */
  enterHost(inputInterface: number): void {
    this.enterBy(null, inputInterface);
    if (this.extras !== null) this.extras.enterHost();
  }

  /** `enterHost` of a frame without extras, whose route is known. */
  enterBy(route: object | null, inputInterface: number): void {
    this.notes = PacketType.host;
    this.route = route;
    this.nextHop = 0 as Ipv4Address;
    this.conntrack = null;
    this.inputInterface = inputInterface;
  }
}
