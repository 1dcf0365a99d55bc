/** A frame in the form in which recordings hold it. */
import {
  ArpOperation,
  EtherType,
  FragmentField,
  type Frame,
  formatIpv4Address,
  formatMacAddress,
  IcmpType,
  IpProtocol,
  TcpFlag,
  UnreachableCode,
} from "@lvsim/core";
import type { JsonObject } from "./recording.ts";

const FLAG_LETTERS = [
  [TcpFlag.syn, "S"],
  [TcpFlag.fin, "F"],
  [TcpFlag.rst, "R"],
  [TcpFlag.psh, "P"],
  [TcpFlag.ack, "A"],
] as const;

const flagsText = (flags: number): string =>
  FLAG_LETTERS.filter(([bit]) => (flags & bit) !== 0)
    .map(([, letter]) => letter)
    .join("");

/** Ethernet and what it carries; tunnel devices have no Ethernet header. */
export function frameJson(frame: Frame, withEthernet: boolean): JsonObject {
  const eth = withEthernet
    ? {
        eth: {
          dst: formatMacAddress(frame.destinationMac),
          src: formatMacAddress(frame.sourceMac),
        },
      }
    : {};
  if (frame.etherType === EtherType.arp) return { ...eth, arp: arpJson(frame) };
  return { ...eth, ip: packetJson(frame) };
}

const arpJson = (frame: Frame): JsonObject => ({
  op: frame.arpOperation === ArpOperation.request ? "request" : "reply",
  sha: formatMacAddress(frame.arpSenderMac),
  spa: formatIpv4Address(frame.source),
  tha: formatMacAddress(frame.arpTargetMac),
  tpa: formatIpv4Address(frame.destination),
});

function packetJson(frame: Frame): JsonObject {
  const offset = (frame.fragment & FragmentField.offsetMask) * 8;
  const more = (frame.fragment & FragmentField.moreFragments) !== 0;
  return {
    src: formatIpv4Address(frame.source),
    dst: formatIpv4Address(frame.destination),
    ttl: frame.ttl,
    proto: frame.protocol,
    len: frame.length,
    df: (frame.fragment & FragmentField.dontFragment) !== 0,
    ...(frame.tos === 0 ? {} : { tos: frame.tos }),
    ...(more || offset > 0 ? { frag: { mf: more, off: offset } } : {}),
    ...(offset > 0 ? {} : transportJson(frame.fragmentOf ?? frame)),
  };
}

function transportJson(frame: Frame): JsonObject {
  const { sourcePort: sport, destinationPort: dport } = frame;
  switch (frame.protocol) {
    case IpProtocol.tcp:
      return { tcp: { sport, dport, flags: flagsText(frame.tcpFlags), len: frame.payloadLength } };
    case IpProtocol.udp:
      return { udp: { sport, dport, len: frame.length - UDP_OVERHEAD }, ...gueJson(frame) };
    case IpProtocol.gre:
      return greJson(frame);
    case IpProtocol.icmp:
      return { icmp: icmpJson(frame) };
    default:
      return innerJson(frame);
  }
}

/** IPv4 and UDP headers, without options. */
const UDP_OVERHEAD = 28;

const octetAt = (frame: Frame, index: number): number =>
  frame.payload[frame.payloadOffset + index] ?? 0;
const wordAt = (frame: Frame, index: number): number =>
  octetAt(frame, index) * 256 + octetAt(frame, index + 1);

const innerJson = (frame: Frame): JsonObject =>
  frame.inner === null ? {} : { inner: packetJson(frame.inner) };

/** The GRE header of RFC 2784, as the tunnel's own octets hold it. */
const greJson = (frame: Frame): JsonObject => ({
  gre: { flags: wordAt(frame, 0), proto: wordAt(frame, 2).toString(16).padStart(4, "0") },
  ...innerJson(frame),
});

/** Generic UDP encapsulation: version, control bit and header length, protocol, flags. */
function gueJson(frame: Frame): JsonObject {
  if (frame.inner === null) return {};
  const first = octetAt(frame, 0);
  const hlen = first & 0x1f;
  const start = frame.payloadOffset + 4;
  const private_ = Array.from(frame.payload.slice(start, start + hlen * 4), (octet) =>
    octet.toString(16).padStart(2, "0"),
  ).join("");
  const control = (first >> 5) & 1;
  return {
    gue: {
      version: first >> 6,
      control,
      hlen,
      proto: octetAt(frame, 1),
      flags: wordAt(frame, 2),
      private: private_,
    },
    ...innerJson(frame),
  };
}

function icmpJson(frame: Frame): JsonObject {
  const { icmpType: type, icmpCode: code, icmpRest: rest } = frame;
  if (type === IcmpType.echoRequest || type === IcmpType.echoReply)
    return { type, code, id: rest >>> 16, seq: rest & 0xffff };
  const needed =
    type === IcmpType.destinationUnreachable && code === UnreachableCode.fragmentationNeeded;
  return {
    type,
    code,
    ...(needed ? { mtu: rest & 0xffff } : {}),
    ...(type === IcmpType.redirect ? { gw: formatIpv4Address(rest as typeof frame.source) } : {}),
    ...(frame.inner === null ? {} : { about: packetJson(frame.inner) }),
  };
}
