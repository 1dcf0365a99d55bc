/** Whether a packet of the trace is one that a check means. */
import {
  ArpOperation,
  EtherType,
  type FrameHeader,
  formatIpv4Address,
  IpProtocol,
  type MacAddress,
  TcpFlag,
} from "@lvsim/core";
import type { PacketPattern } from "../lab-file/check-schema.ts";

const PROTOCOLS: Readonly<Record<Exclude<PacketPattern["protocol"] & {}, "arp">, number>> = {
  icmp: IpProtocol.icmp,
  ipip: IpProtocol.ipip,
  tcp: IpProtocol.tcp,
  udp: IpProtocol.udp,
  gre: IpProtocol.gre,
  vrrp: IpProtocol.vrrp,
};

const FLAG_LETTERS = [
  ["S", TcpFlag.syn],
  ["F", TcpFlag.fin],
  ["R", TcpFlag.rst],
  ["P", TcpFlag.psh],
  ["A", TcpFlag.ack],
  ["U", TcpFlag.urg],
] as const;

const flagsOf = (bits: number): string =>
  FLAG_LETTERS.map(([letter, bit]) => (bits & bit ? letter : "")).join("");

/** `macsOf` gives the MAC addresses of a host, or of one device of it. */
export function matchesPacket(
  header: FrameHeader,
  pattern: PacketPattern,
  macsOf: (plug: string) => ReadonlySet<MacAddress>,
): boolean {
  const { sourceMac, destinationMac, ttl, source, destination } = pattern;
  return (
    (sourceMac === undefined || macsOf(sourceMac).has(header.sourceMac)) &&
    (destinationMac === undefined || macsOf(destinationMac).has(header.destinationMac)) &&
    (ttl === undefined || header.ttl === ttl) &&
    (source === undefined || formatIpv4Address(header.source) === source) &&
    (destination === undefined || formatIpv4Address(header.destination) === destination) &&
    matchesProtocol(header, pattern)
  );
}

function matchesProtocol(
  header: FrameHeader,
  { protocol, arp, icmp, sourcePort, destinationPort, flags }: PacketPattern,
): boolean {
  const isArp = header.etherType === EtherType.arp;
  if (protocol === "arp" || arp !== undefined)
    return isArp && (arp === undefined || header.arpOperation === ArpOperation[arp]);
  const is = (wanted: number): boolean => !isArp && header.protocol === wanted;
  if (protocol !== undefined && !is(PROTOCOLS[protocol])) return false;
  if (icmp !== undefined)
    return is(IpProtocol.icmp) && `${header.icmpType}/${header.icmpCode}` === icmp;
  if (flags !== undefined && !(is(IpProtocol.tcp) && flagsOf(header.tcpFlags) === flags))
    return false;
  return (
    (sourcePort === undefined || header.sourcePort === sourcePort) &&
    (destinationPort === undefined || header.destinationPort === destinationPort)
  );
}
