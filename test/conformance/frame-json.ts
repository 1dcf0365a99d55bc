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

export function packetJson(frame: Frame): JsonObject {
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
      return { udp: { sport, dport, len: frame.payloadLength } };
    case IpProtocol.icmp:
      return { icmp: icmpJson(frame) };
    default:
      return frame.inner === null ? {} : { inner: packetJson(frame.inner) };
  }
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
