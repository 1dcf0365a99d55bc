/**
 * fast-check arbitraries of frames that could be on a wire: every kind that lvsim models, with lengths that fit.
 * They round-trip: fields which the octets cannot show keep the decoder's values.
 */
import { fc } from "@fast-check/vitest";
import { Frame, type TcpSynOptions } from "../packet/frame.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import { ARP_LENGTH, packetLength } from "../packet/lengths.ts";
import type { MacAddress } from "../packet/mac-address.ts";
import { EtherType, FragmentField, IcmpType, IpProtocol, TcpFlag } from "../packet/protocol.ts";
import { SCTP_PORTS_LENGTH } from "../packet/sctp.ts";
import { encodeContent } from "../wire/encode.ts";

const octet = fc.nat({ max: 0xff });
const word = fc.nat({ max: 0xffff });
const signed = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const mac = fc.nat({ max: 0xffff_ffff_ffff }).map((value) => value as MacAddress);
const address = signed.map((value) => value as Ipv4Address);
const octets = (max: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: max });

/** Sets `changes` on a frame; the id is the decoder's. */
function frameOf(changes: Partial<Frame>): Frame {
  return Object.assign(new Frame(1), changes);
}

const link = fc.record({
  destinationMac: mac,
  sourceMac: mac,
  vlanTag: fc.oneof(fc.constant(-1), word),
});

const header = fc.record({
  source: address,
  destination: address,
  ttl: octet,
  tos: octet,
  identification: word,
  fragment: fc.constantFrom<number>(0, FragmentField.dontFragment),
  ipOptions: fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 })),
});

/** A payload that does not begin at its array's first octet. */
const payload = octets(64).map((content) => ({
  payload: Uint8Array.of(255, ...content),
  payloadOffset: 1,
  payloadLength: content.length,
}));

const synOptions: fc.Arbitrary<TcpSynOptions> = fc.record({
  maximumSegmentSize: word,
  windowScale: fc.integer({ min: -1, max: 14 }),
  sackPermitted: fc.boolean(),
});
const sackBlocks = fc.option(
  fc.integer({ min: 1, max: 3 }).chain((count) => {
    return fc.array(signed, { minLength: 2 * count, maxLength: 2 * count });
  }),
);

const tcp = fc
  .record({
    sourcePort: word,
    destinationPort: word,
    tcpFlags: octet,
    sequenceNumber: signed,
    acknowledgementNumber: signed,
    window: word,
    hasTimestamps: fc.boolean(),
    timestampValue: signed,
    timestampEcho: signed,
    synOptions,
    sackBlocks,
  })
  .map((fields) => {
    const isSyn = (fields.tcpFlags & TcpFlag.syn) !== 0;
    return {
      ...fields,
      protocol: IpProtocol.tcp,
      synOptions: isSyn ? fields.synOptions : null,
      sackBlocks: isSyn ? null : fields.sackBlocks,
      timestampValue: fields.hasTimestamps ? fields.timestampValue : 0,
      timestampEcho: fields.hasTimestamps ? fields.timestampEcho : 0,
    };
  });

const udp = fc.record({
  protocol: fc.constant(IpProtocol.udp),
  sourcePort: word,
  destinationPort: word,
  udpChecksumAbsent: fc.boolean(),
});

const echo = fc.record({
  protocol: fc.constant(IpProtocol.icmp),
  icmpType: fc.constantFrom(IcmpType.echoRequest, IcmpType.echoReply, IcmpType.timestampRequest),
  icmpCode: octet,
  icmpRest: signed,
});

/** Protocols that lvsim does not look into. */
const other = fc.record({ protocol: fc.constantFrom(2, IpProtocol.esp, 253) });

function packetOf(...parts: Partial<Frame>[]): Frame {
  const frame = frameOf(Object.assign({}, ...parts) as Partial<Frame>);
  frame.length = packetLength(frame);
  return frame;
}

/** SCTP, whose checksum stands in the payload. */
const sctp = fc
  .tuple(header, fc.record({ sourcePort: word, destinationPort: word }), octets(64))
  .map(([ip, ports, chunks]) => {
    const content = { payload: Uint8Array.of(...new Array(8).fill(0), ...chunks) };
    const payloadLength = content.payload.length;
    const frame = packetOf(ip, ports, content, { protocol: IpProtocol.sctp, payloadLength });
    frame.payload = encodeContent(frame).slice(SCTP_PORTS_LENGTH);
    return frame;
  });

/** IPv4 packets that carry no other: TCP, UDP, ICMP echo, SCTP, unknown protocols. */
export const arbitraryPlainPacket: fc.Arbitrary<Frame> = fc.oneof(
  {
    arbitrary: fc
      .tuple(header, fc.oneof(tcp, udp, echo, other), payload)
      .map((parts) => packetOf(...parts)),
    weight: 4,
  },
  sctp,
);

const error = fc.record({
  protocol: fc.constant(IpProtocol.icmp),
  icmpType: fc.constantFrom(
    IcmpType.destinationUnreachable,
    IcmpType.redirect,
    IcmpType.timeExceeded,
  ),
  icmpCode: octet,
  icmpRest: signed,
  inner: arbitraryPlainPacket,
});

const tunnel = fc.oneof(
  fc.record({ protocol: fc.constant(IpProtocol.ipip), inner: arbitraryPlainPacket }),
  fc.record({
    protocol: fc.constant(IpProtocol.gre),
    payload: fc.constant(Uint8Array.of(0, 0, 8, 0)),
    payloadLength: fc.constant(4),
    inner: fc.oneof(
      arbitraryPlainPacket,
      fc.tuple(header, error).map((parts) => packetOf(...parts)),
    ),
  }),
);

/** IPv4 packets of every kind, without Ethernet header; whole, not fragments. */
export const arbitraryPacket: fc.Arbitrary<Frame> = fc.oneof(
  { arbitrary: arbitraryPlainPacket, weight: 3 },
  fc.tuple(header, fc.oneof(error, tunnel)).map((parts) => packetOf(...parts)),
);

const arp = fc
  .record({
    arpOperation: word,
    arpSenderMac: mac,
    arpTargetMac: mac,
    source: address,
    destination: address,
  })
  .map((fields) => frameOf({ ...fields, etherType: EtherType.arp, length: ARP_LENGTH }));

const otherEtherType = fc
  .tuple(fc.constantFrom(0x86dd, 0x88cc, 0x0026), payload)
  .map(([etherType, content]) => frameOf({ etherType, ...content, length: content.payloadLength }));

/** Frames of every kind. */
export const arbitraryFrame: fc.Arbitrary<Frame> = fc
  .tuple(fc.oneof({ arbitrary: arbitraryPacket, weight: 4 }, arp, otherEtherType), link)
  .map(([frame, fields]) => Object.assign(frame, fields));
