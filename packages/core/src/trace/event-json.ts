/**
 * An event as a plain value for JSON Lines: instants in nanoseconds, addresses as text, and for headers the keys that
 * captures use (`eth`, `arp`, `ip`, `tcp`, `udp`, `icmp`); what a frame does not carry is absent.
 */
import { FrameOrigin } from "../packet/frame.ts";
import { formatIpv4Address, type Ipv4Address } from "../packet/ipv4-address.ts";
import { formatMacAddress, type MacAddress } from "../packet/mac-address.ts";
import { EtherType, FragmentField, IpProtocol, TcpFlag } from "../packet/protocol.ts";
import type { FrameHeader } from "./frame-header.ts";
import { NOTE_FIELDS, type NoteEvent, type TraceEvent } from "./trace-event.ts";

type Json = Record<string, unknown>;

const ADDRESS_FIELDS: ReadonlySet<string> = new Set([
  "nextHop",
  "server",
  "destination",
  "address",
  "target",
  "sender",
]);
const ORIGIN_NAMES = Object.keys(FrameOrigin);
/** TCP flags as letters, in the order in which captures write them. */
const FLAG_LETTERS = [
  ["S", TcpFlag.syn],
  ["F", TcpFlag.fin],
  ["R", TcpFlag.rst],
  ["P", TcpFlag.psh],
  ["A", TcpFlag.ack],
  ["U", TcpFlag.urg],
  ["E", TcpFlag.ece],
  ["C", TcpFlag.cwr],
] as const;

/** The event as a value that `JSON.stringify` writes on one line. */
export function eventToJson(event: TraceEvent): Json {
  const { kind, index, at, place } = event;
  const base = { index, at, place, kind };
  switch (event.kind) {
    case "changed":
      return { ...base, origin: event.origin, patches: event.patches };
    case "sent":
    case "received":
    case "delivered":
      return { ...base, frame: event.frame, ...headerToJson(event.header) };
    case "dropped":
      return {
        ...base,
        frame: event.frame,
        reason: event.reason,
        ...deciderToJson(event),
        ...headerToJson(event.header),
      };
    default:
      return { ...base, ...noteToJson(event) };
  }
}

const deciderToJson = ({ decider }: Pick<NoteEvent, "decider">): Json =>
  decider === null ? {} : { decider: decider.describe() };

function noteToJson(event: NoteEvent): Json {
  const json: Json = event.frame === 0 ? {} : { frame: event.frame };
  for (const field of NOTE_FIELDS[event.kind]) {
    const value = (event as unknown as Record<string, number>)[field] as number;
    if (ADDRESS_FIELDS.has(field)) json[field] = formatIpv4Address(value as Ipv4Address);
    else if (field === "linkAddress") json[field] = formatMacAddress(value as MacAddress);
    else json[field] = value;
  }
  return { ...json, ...deciderToJson(event) };
}

function headerToJson(header: FrameHeader): Json {
  const { destinationMac, sourceMac, vlanTag, etherType } = header;
  return {
    ...(header.parentId === 0
      ? {}
      : { parent: header.parentId, origin: ORIGIN_NAMES[header.origin] }),
    eth: {
      dst: formatMacAddress(destinationMac),
      src: formatMacAddress(sourceMac),
      ...(vlanTag < 0 ? {} : { vlan: vlanTag & 0xfff }),
    },
    ...(etherType === EtherType.arp ? { arp: arpToJson(header) } : {}),
    ...(etherType === EtherType.ipv4 ? { ip: ipToJson(header) } : {}),
  };
}

const arpToJson = (header: FrameHeader): Json => ({
  op: header.arpOperation,
  sha: formatMacAddress(header.arpSenderMac),
  spa: formatIpv4Address(header.source),
  tha: formatMacAddress(header.arpTargetMac),
  tpa: formatIpv4Address(header.destination),
});

function ipToJson(header: FrameHeader): Json {
  const { fragment, tos, inner, innerId } = header;
  const offset = (fragment & FragmentField.offsetMask) * 8;
  const more = (fragment & FragmentField.moreFragments) !== 0;
  return {
    src: formatIpv4Address(header.source),
    dst: formatIpv4Address(header.destination),
    ttl: header.ttl,
    proto: header.protocol,
    len: header.length,
    id: header.identification,
    df: (fragment & FragmentField.dontFragment) !== 0,
    ...(tos === 0 ? {} : { tos }),
    ...(more || offset > 0 ? { frag: { offset, more } } : {}),
    ...(offset > 0 ? {} : transportToJson(header)),
    ...(inner === null ? {} : { inner: { frame: innerId, ...ipToJson(inner) } }),
  };
}

function transportToJson(header: FrameHeader): Json {
  const ports = { sport: header.sourcePort, dport: header.destinationPort };
  const len = header.payloadLength;
  switch (header.protocol) {
    case IpProtocol.tcp:
      return {
        tcp: {
          ...ports,
          flags: FLAG_LETTERS.map(([letter, bit]) => (header.tcpFlags & bit ? letter : "")).join(
            "",
          ),
          seq: header.sequenceNumber >>> 0,
          ack: header.acknowledgementNumber >>> 0,
          win: header.window,
          len,
        },
      };
    case IpProtocol.udp:
      return { udp: { ...ports, len } };
    case IpProtocol.sctp:
      return { sctp: { ...ports, len } };
    case IpProtocol.icmp:
      return {
        icmp: { type: header.icmpType, code: header.icmpCode, rest: header.icmpRest >>> 0 },
      };
    default:
      return {};
  }
}
