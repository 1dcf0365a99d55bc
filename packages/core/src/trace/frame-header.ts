/**
 * What the trace keeps of a frame: its header fields at one moment, so that a later change of the frame in place does
 * not change the past. On the hot path they are packed into a row of 32-bit words; read, they are a `FrameHeader`.
 * Left out: payload octets, TCP options, and what is carried below one level of `inner`.
 */
import type { Frame, FrameOrigin } from "../packet/frame.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import type { MacAddress } from "../packet/mac-address.ts";
import { EtherType } from "../packet/protocol.ts";

/** Header fields under the names that `Frame` gives them; those of a layer that the frame does not carry are 0. */
export interface FrameHeader {
  readonly parentId: number;
  readonly origin: FrameOrigin;
  readonly destinationMac: MacAddress;
  readonly sourceMac: MacAddress;
  readonly etherType: number;
  readonly vlanTag: number;
  readonly arpOperation: number;
  readonly arpSenderMac: MacAddress;
  readonly arpTargetMac: MacAddress;
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  readonly protocol: number;
  readonly ttl: number;
  readonly tos: number;
  readonly identification: number;
  readonly fragment: number;
  readonly length: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly tcpFlags: number;
  readonly sequenceNumber: number;
  readonly acknowledgementNumber: number;
  readonly window: number;
  readonly icmpType: number;
  readonly icmpCode: number;
  readonly icmpRest: number;
  readonly payloadLength: number;
  /** Id of the carried or quoted packet; 0 for none. */
  readonly innerId: number;
  /** Its header; null for none, and inside another inner one. */
  readonly inner: FrameHeader | null;
}

/** Words of a row. */
export const HEADER_WORDS = 24;
const WORD = {
  parentId: 0,
  originVlan: 1,
  destinationMac: 2,
  sourceMac: 3,
  macs: 4,
  etherTypeArp: 5,
  source: 6,
  destination: 7,
  protocolTtlTos: 8,
  identificationFragment: 9,
  lengthFlags: 10,
  ports: 11,
  sequence: 12,
  acknowledgement: 13,
  windowIcmp: 14,
  icmpRest: 15,
  payloadLength: 16,
  innerId: 17,
  innerRow: 18,
  arpSenderMac: 19,
  arpTargetMac: 20,
  arpMacs: 21,
} as const;

const HIGH = 2 ** 32;
const low = (mac: MacAddress): number => mac | 0;
const highs = (first: MacAddress, second: MacAddress): number =>
  (first / HIGH) | 0 | (((second / HIGH) | 0) << 16);
const joinMac = (lowWord: number, high: number): MacAddress =>
  ((high & 0xffff) * HIGH + (lowWord >>> 0)) as MacAddress;

const originVlan = (frame: Frame): number => frame.origin | ((frame.vlanTag + 1) << 8);
const protocolTtlTos = (frame: Frame): number =>
  frame.protocol | (frame.ttl << 8) | (frame.tos << 16);
const lengthFlags = (frame: Frame): number => frame.length | (frame.tcpFlags << 16);
const ports = (frame: Frame): number => frame.sourcePort | (frame.destinationPort << 16);

/** Packs the header of `frame` into `words` from `at`; `innerRow` says where the carried packet's is, −1 for nowhere. */
export function packHeader(words: Int32Array, at: number, frame: Frame, innerRow: number): void {
  words[at + WORD.parentId] = frame.parentId;
  words[at + WORD.originVlan] = originVlan(frame);
  words[at + WORD.destinationMac] = low(frame.destinationMac);
  words[at + WORD.sourceMac] = low(frame.sourceMac);
  words[at + WORD.macs] = highs(frame.destinationMac, frame.sourceMac);
  words[at + WORD.etherTypeArp] = frame.etherType | (frame.arpOperation << 16);
  words[at + WORD.source] = frame.source;
  words[at + WORD.destination] = frame.destination;
  words[at + WORD.protocolTtlTos] = protocolTtlTos(frame);
  words[at + WORD.identificationFragment] = frame.identification | (frame.fragment << 16);
  words[at + WORD.lengthFlags] = lengthFlags(frame);
  words[at + WORD.ports] = ports(frame);
  words[at + WORD.sequence] = frame.sequenceNumber;
  words[at + WORD.acknowledgement] = frame.acknowledgementNumber;
  words[at + WORD.windowIcmp] = frame.window | (frame.icmpType << 16) | (frame.icmpCode << 24);
  words[at + WORD.icmpRest] = frame.icmpRest;
  words[at + WORD.payloadLength] = frame.payloadLength;
  words[at + WORD.innerId] = frame.inner === null ? 0 : frame.inner.id;
  words[at + WORD.innerRow] = innerRow;
  if (frame.etherType !== EtherType.arp) return;
  words[at + WORD.arpSenderMac] = low(frame.arpSenderMac);
  words[at + WORD.arpTargetMac] = low(frame.arpTargetMac);
  words[at + WORD.arpMacs] = highs(frame.arpSenderMac, frame.arpTargetMac);
}

/** Whether nothing that a switch, router or translator rewrites differs between `frame` and the row at `at`, which is an older one of this frame. */
export function headerUnchanged(words: Int32Array, at: number, frame: Frame): boolean {
  return (
    words[at + WORD.destinationMac] === low(frame.destinationMac) &&
    words[at + WORD.sourceMac] === low(frame.sourceMac) &&
    words[at + WORD.protocolTtlTos] === protocolTtlTos(frame) &&
    words[at + WORD.source] === frame.source &&
    words[at + WORD.destination] === frame.destination &&
    words[at + WORD.ports] === ports(frame) &&
    words[at + WORD.originVlan] === originVlan(frame) &&
    words[at + WORD.lengthFlags] === lengthFlags(frame) &&
    words[at + WORD.sequence] === frame.sequenceNumber &&
    words[at + WORD.acknowledgement] === frame.acknowledgementNumber
  );
}

/** Where the row of the carried packet is; −1 for nowhere. */
export const innerRowOf = (words: Int32Array, at: number): number =>
  words[at + WORD.innerRow] as number;

/** Reads the row at `at` back. */
export function unpackHeader(
  words: Int32Array,
  at: number,
  inner: FrameHeader | null,
): FrameHeader {
  const word = (offset: number): number => words[at + offset] as number;
  const half = (offset: number): number => word(offset) & 0xffff;
  const upper = (offset: number): number => word(offset) >>> 16;
  const octet = (offset: number, shift: number): number => (word(offset) >>> shift) & 0xff;
  const isArp = half(WORD.etherTypeArp) === EtherType.arp;
  const arpMac = (offset: number, shift: number): MacAddress =>
    (isArp ? joinMac(word(offset), word(WORD.arpMacs) >>> shift) : 0) as MacAddress;
  return {
    parentId: word(WORD.parentId),
    origin: octet(WORD.originVlan, 0) as FrameOrigin,
    destinationMac: joinMac(word(WORD.destinationMac), half(WORD.macs)),
    sourceMac: joinMac(word(WORD.sourceMac), upper(WORD.macs)),
    etherType: half(WORD.etherTypeArp),
    vlanTag: (word(WORD.originVlan) >>> 8) - 1,
    arpOperation: upper(WORD.etherTypeArp),
    arpSenderMac: arpMac(WORD.arpSenderMac, 0),
    arpTargetMac: arpMac(WORD.arpTargetMac, 16),
    source: word(WORD.source) as Ipv4Address,
    destination: word(WORD.destination) as Ipv4Address,
    protocol: octet(WORD.protocolTtlTos, 0),
    ttl: octet(WORD.protocolTtlTos, 8),
    tos: octet(WORD.protocolTtlTos, 16),
    identification: half(WORD.identificationFragment),
    fragment: upper(WORD.identificationFragment),
    length: half(WORD.lengthFlags),
    tcpFlags: upper(WORD.lengthFlags),
    sourcePort: half(WORD.ports),
    destinationPort: upper(WORD.ports),
    sequenceNumber: word(WORD.sequence),
    acknowledgementNumber: word(WORD.acknowledgement),
    window: half(WORD.windowIcmp),
    icmpType: octet(WORD.windowIcmp, 16),
    icmpCode: octet(WORD.windowIcmp, 24),
    icmpRest: word(WORD.icmpRest),
    payloadLength: word(WORD.payloadLength),
    innerId: word(WORD.innerId),
    inner,
  };
}
