/**
 * What names one direction of a flow (`struct nf_conntrack_tuple`): addresses, protocol, and what the protocol has for ports.
 * For ICMP queries the source port is the identifier and the destination port type and code; every other protocol but
 * TCP, UDP and SCTP has zeros, so that all its packets between two hosts are one flow. Left out: ports of DCCP and
 * UDP-Lite, keys of PPTP's GRE, zones.
 */
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { hasRawContent } from "../../packet/lengths.ts";
import { FragmentField, IcmpType, IpProtocol } from "../../packet/protocol.ts";

/** Changed in place: one per namespace serves all lookups. */
export class Tuple {
  source = 0 as Ipv4Address;
  sourcePort = 0;
  destination = 0 as Ipv4Address;
  destinationPort = 0;
  protocol = 0;

  copy(from: Tuple): void {
    this.source = from.source;
    this.sourcePort = from.sourcePort;
    this.destination = from.destination;
    this.destinationPort = from.destinationPort;
    this.protocol = from.protocol;
  }

  equals(other: Tuple): boolean {
    return (
      this.source === other.source &&
      this.destination === other.destination &&
      this.sourcePort === other.sourcePort &&
      this.destinationPort === other.destinationPort &&
      this.protocol === other.protocol
    );
  }

  /** Becomes the flow that answers `of`; false when nothing answers it (an ICMP message that is no query). */
  invert(of: Tuple): boolean {
    const { source, sourcePort } = of;
    this.source = of.destination;
    this.destination = source;
    this.protocol = of.protocol;
    if (of.protocol === IpProtocol.icmp) {
      this.sourcePort = sourcePort;
      this.destinationPort = answerTo(of.destinationPort);
      return this.destinationPort >= 0;
    }
    this.sourcePort = of.destinationPort;
    this.destinationPort = sourcePort;
    return true;
  }

  /** Becomes the flow of a packet; false when its header cannot be read. */
  read(frame: Frame): boolean {
    if ((frame.fragment & FragmentField.offsetMask) !== 0) return false;
    this.source = frame.source;
    this.destination = frame.destination;
    this.protocol = frame.protocol;
    switch (frame.protocol) {
      case IpProtocol.tcp:
      case IpProtocol.udp:
      case IpProtocol.sctp:
        if (frame.wire !== null && hasRawContent(frame)) return false;
        this.sourcePort = frame.sourcePort;
        this.destinationPort = frame.destinationPort;
        return true;
      case IpProtocol.icmp:
        if (frame.wire !== null && hasRawContent(frame)) return false;
        this.sourcePort = frame.icmpRest >>> 16;
        this.destinationPort = (frame.icmpType << 8) | frame.icmpCode;
        return true;
      default:
        this.sourcePort = 0;
        this.destinationPort = 0;
        return true;
    }
  }
}

/** Information and address mask messages of RFC 792 and RFC 950, which nobody sends any more. */
const OldIcmpType = {
  informationRequest: 15,
  informationReply: 16,
  addressRequest: 17,
  addressReply: 18,
} as const;

/** By type of a query or its answer, the other one. */
const COUNTERPARTS: ReadonlyMap<number, number> = new Map([
  [IcmpType.echoRequest, IcmpType.echoReply],
  [IcmpType.echoReply, IcmpType.echoRequest],
  [IcmpType.timestampRequest, IcmpType.timestampReply],
  [IcmpType.timestampReply, IcmpType.timestampRequest],
  [OldIcmpType.informationRequest, OldIcmpType.informationReply],
  [OldIcmpType.informationReply, OldIcmpType.informationRequest],
  [OldIcmpType.addressRequest, OldIcmpType.addressReply],
  [OldIcmpType.addressReply, OldIcmpType.addressRequest],
]);

/** Type and code of the answer; −1 for none. */
function answerTo(typeAndCode: number): number {
  const type = COUNTERPARTS.get(typeAndCode >> 8);
  return type === undefined ? -1 : (type << 8) | (typeAndCode & 255);
}

/** Whether an ICMP message of this type may be the first of its flow. */
export const isIcmpQuery = (type: number): boolean =>
  type === IcmpType.echoRequest ||
  type === IcmpType.timestampRequest ||
  type === OldIcmpType.informationRequest ||
  type === OldIcmpType.addressRequest;

/** Whether an ICMP message of this type has an identifier. */
export const hasIdentifier = (type: number): boolean => COUNTERPARTS.has(type);
