/** A packet in a few words, as in `SYN .1:40001 → .200:80`, and what a hop changed of it. */
import {
  EtherType,
  type FrameHeader,
  formatIpv4Address,
  HOOK_POINT_NAMES,
  IpProtocol,
  MAINLINE_TCP,
  Method,
  TCP_STATE_NAMES,
  TcpFlag,
} from "@lvsim/core";
import type { Names } from "./names.ts";
import type { Page } from "./styled.ts";
import { say } from "./texts.ts";

const FLAGS = [
  ["SYN", TcpFlag.syn],
  ["FIN", TcpFlag.fin],
  ["RST", TcpFlag.rst],
  ["PSH", TcpFlag.psh],
  ["ACK", TcpFlag.ack],
] as const;

const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [IpProtocol.icmp, "ICMP"],
  [IpProtocol.ipip, "IPIP"],
  [IpProtocol.tcp, "TCP"],
  [IpProtocol.udp, "UDP"],
  [IpProtocol.gre, "GRE"],
  [IpProtocol.sctp, "SCTP"],
  [IpProtocol.vrrp, "VRRP"],
]);

/** As `ipvsadm -Ln` prints them, by `Method`. */
const METHOD_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [Method.masquerading, "Masq"],
  [Method.localNode, "Local"],
  [Method.tunnelling, "Tunnel"],
  [Method.directRouting, "Route"],
  [Method.bypass, "Bypass"],
  [Method.fullNat, "FullNat"],
]);

export const methodName = (method: number): string => METHOD_NAMES.get(method) ?? String(method);
export const protocolName = (protocol: number): string =>
  PROTOCOL_NAMES.get(protocol) ?? `protocol ${protocol}`;
export const hookName = (point: number): string => HOOK_POINT_NAMES[point] ?? String(point);

const hasPorts = ({ protocol }: FrameHeader): boolean =>
  protocol === IpProtocol.tcp || protocol === IpProtocol.udp || protocol === IpProtocol.sctp;

const sourceOf = (header: FrameHeader, names: Names): string =>
  hasPorts(header)
    ? names.endpoint(header.source, header.sourcePort)
    : names.address(header.source);

const destinationOf = (header: FrameHeader, names: Names): string =>
  hasPorts(header)
    ? names.endpoint(header.destination, header.destinationPort)
    : names.address(header.destination);

/** `SYN,ACK`, `UDP`, `ICMP 3/1`, `IPIP`. */
export function packetKind(header: FrameHeader): string {
  if (header.protocol === IpProtocol.tcp) {
    const flags = FLAGS.filter(([, bit]) => (header.tcpFlags & bit) !== 0).map(([name]) => name);
    return flags.length === 0 ? "TCP" : flags.join();
  }
  const name = protocolName(header.protocol);
  return header.protocol === IpProtocol.icmp
    ? `${name} ${header.icmpType}/${header.icmpCode}`
    : name;
}

/** The packet's kind and its two ends. */
export const packetText = (header: FrameHeader, names: Names): string =>
  `${packetKind(header)} ${sourceOf(header, names)} → ${destinationOf(header, names)}`;

/** The same with whole addresses, where there is no lab to shorten them by. */
export function wholePacketText(header: FrameHeader): string {
  const { source, destination, sourcePort, destinationPort } = header;
  const [from, to] = [formatIpv4Address(source), formatIpv4Address(destination)];
  return hasPorts(header)
    ? `${packetKind(header)} ${from}:${sourcePort} → ${to}:${destinationPort}`
    : `${packetKind(header)} ${from} → ${to}`;
}

/** What IPVS or a translation rewrote between two headers of one packet, in words. */
export function rewrites(
  before: FrameHeader,
  after: FrameHeader,
  names: Names,
  page: Page,
): string[] {
  const { language } = page;
  const changes: string[] = [];
  const [oldSource, newSource] = [sourceOf(before, names), sourceOf(after, names)];
  if (oldSource !== newSource)
    changes.push(say(language, "changeSource", { from: oldSource, to: newSource }));
  const [oldEnd, newEnd] = [destinationOf(before, names), destinationOf(after, names)];
  if (oldEnd !== newEnd)
    changes.push(say(language, "changeDestination", { from: oldEnd, to: newEnd }));
  return changes;
}

/** MAC addresses of a packet on its way out. */
export function macChange(after: FrameHeader, names: Names, { language }: Page): string[] {
  const from = names.mac(after.sourceMac);
  const to = names.mac(after.destinationMac);
  return after.sourceMac === 0 ? [] : [say(language, "changeMac", { from, to })];
}

/** `64`, or `64 → 63`; `before` is what came in, null for a packet of the host's own. */
const ttlText = (before: FrameHeader | null, after: FrameHeader): string =>
  before === null || before.etherType !== EtherType.ipv4 || before.ttl === after.ttl
    ? String(after.ttl)
    : `${before.ttl} → ${after.ttl}`;

/** The TTL of a packet on its way out, and of the one that it carries. */
export function ttlChange(
  before: FrameHeader | null,
  after: FrameHeader,
  inner: FrameHeader | null,
  { language }: Page,
): string {
  if (inner === null) return say(language, "ttl", { ttl: ttlText(before, after) });
  return say(language, "ttlBoth", { inner: ttlText(before, inner), outer: after.ttl });
}

/** The state that a connection came to, with its timeout; "" for a protocol without states worth a word. */
export function connectionText(
  { to, protocol, timeout }: { to: number; protocol: number; timeout: number },
  page: Page,
): string {
  if (protocol !== IpProtocol.tcp) return "";
  const name = TCP_STATE_NAMES[to] ?? "";
  const seconds = timeout === 0 ? (MAINLINE_TCP.timeouts[to] ?? 0) : timeout;
  return say(page.language, "connectionState", { state: name, seconds });
}
