/**
 * What the LOG target tells of a packet, and the kernel's line for it (`nf_log_ip_packet`). Left out: --log-uid,
 * --log-macdecode, IP options, and the packet quoted in an ICMP error.
 */
import type { Frame } from "../../packet/frame.ts";
import { formatIpv4Address, type Ipv4Address } from "../../packet/ipv4-address.ts";
import { formatMacAddress, type MacAddress } from "../../packet/mac-address.ts";
import { FragmentField, IcmpType, IpProtocol, UnreachableCode } from "../../packet/protocol.ts";
import type { Instant } from "../../time/instant.ts";
import type { TableName } from "./config.ts";
import type { HookPoint } from "./hook.ts";

/** One line for the kernel's log, as values: the packet as it was then. */
export interface LogEntry {
  readonly at: Instant;
  readonly table: TableName;
  /** The built-in chain by which the packet came; the rule may stand in a user's chain. */
  readonly point: HookPoint;
  readonly prefix: string;
  /** Syslog's levels: 4 is warning. */
  readonly level: number;
  /** --log-tcp-sequence. */
  readonly withSequence: boolean;
  /** Names of the devices; "" where the kernel has none. */
  readonly input: string;
  readonly output: string;
  readonly sourceMac: MacAddress;
  readonly destinationMac: MacAddress;
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  readonly protocol: number;
  readonly ttl: number;
  readonly tos: number;
  readonly identification: number;
  /** Flags and offset, see `FragmentField`. */
  readonly fragment: number;
  /** IP total length and header length in octets. */
  readonly length: number;
  readonly headerLength: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly tcpFlags: number;
  readonly sequenceNumber: number;
  readonly acknowledgementNumber: number;
  readonly window: number;
  readonly icmpType: number;
  readonly icmpCode: number;
  readonly icmpRest: number;
  readonly mark: number;
}

/** Takes the lines that a namespace's LOG rules make. */
export type LogSink = (entry: LogEntry) => void;

/** What a LOG rule adds to the packet. */
export type LogHead = Pick<
  LogEntry,
  "at" | "table" | "point" | "prefix" | "level" | "withSequence" | "input" | "output"
>;

/** IPv4 header without options. */
const HEADER_LENGTH = 20;

export const logEntry = (head: LogHead, frame: Frame): LogEntry => ({
  ...head,
  sourceMac: frame.sourceMac,
  destinationMac: frame.destinationMac,
  source: frame.source,
  destination: frame.destination,
  protocol: frame.protocol,
  ttl: frame.ttl,
  tos: frame.tos,
  identification: frame.identification,
  fragment: frame.fragment,
  length: frame.length,
  headerLength: HEADER_LENGTH + (frame.ipOptions?.length ?? 0),
  sourcePort: frame.sourcePort,
  destinationPort: frame.destinationPort,
  tcpFlags: frame.tcpFlags,
  sequenceNumber: frame.sequenceNumber,
  acknowledgementNumber: frame.acknowledgementNumber,
  window: frame.window,
  icmpType: frame.icmpType,
  icmpCode: frame.icmpCode,
  icmpRest: frame.icmpRest,
  mark: frame.mark,
});

const hex2 = (value: number): string => `0x${value.toString(16).toUpperCase().padStart(2, "0")}`;

/** In the kernel's order, `TcpFlag` bits. */
const FLAG_WORDS = [
  [128, "CWR"],
  [64, "ECE"],
  [32, "URG"],
  [16, "ACK"],
  [8, "PSH"],
  [4, "RST"],
  [2, "SYN"],
  [1, "FIN"],
] as const;

function tcpWords(entry: LogEntry): string {
  const words = [`PROTO=TCP SPT=${entry.sourcePort} DPT=${entry.destinationPort}`];
  if (entry.withSequence)
    words.push(`SEQ=${entry.sequenceNumber >>> 0} ACK=${entry.acknowledgementNumber >>> 0}`);
  words.push(`WINDOW=${entry.window} RES=0x00`);
  for (const [bit, word] of FLAG_WORDS) if ((entry.tcpFlags & bit) !== 0) words.push(word);
  words.push("URGP=0");
  return words.join(" ");
}

function icmpWords(entry: LogEntry): string {
  const { icmpType, icmpCode, icmpRest } = entry;
  const words = [`PROTO=ICMP TYPE=${icmpType} CODE=${icmpCode}`];
  if (icmpType === IcmpType.echoRequest || icmpType === IcmpType.echoReply)
    words.push(`ID=${icmpRest >>> 16} SEQ=${icmpRest & 0xffff}`);
  if (icmpType === IcmpType.redirect)
    words.push(`GATEWAY=${formatIpv4Address(icmpRest as Ipv4Address)}`);
  const tooBig = UnreachableCode.fragmentationNeeded;
  if (icmpType === IcmpType.destinationUnreachable && icmpCode === tooBig)
    words.push(`MTU=${icmpRest & 0xffff}`);
  return words.join(" ");
}

function transportWords(entry: LogEntry): string {
  const later = (entry.fragment & FragmentField.offsetMask) !== 0;
  switch (entry.protocol) {
    case IpProtocol.tcp:
      return later ? "PROTO=TCP" : tcpWords(entry);
    case IpProtocol.udp: {
      if (later) return "PROTO=UDP";
      const length = entry.length - entry.headerLength;
      return `PROTO=UDP SPT=${entry.sourcePort} DPT=${entry.destinationPort} LEN=${length}`;
    }
    case IpProtocol.icmp:
      return later ? "PROTO=ICMP" : icmpWords(entry);
    default:
      return `PROTO=${entry.protocol}`;
  }
}

/** The line as dmesg shows it, without its time stamp. */
export function formatLogEntry(entry: LogEntry): string {
  const { input, output, prefix, fragment } = entry;
  const words = [`${prefix}IN=${input} OUT=${output}`];
  const macs = `${formatMacAddress(entry.destinationMac)}:${formatMacAddress(entry.sourceMac)}`;
  if (input !== "") words.push(`MAC=${macs}:08:00`);
  words.push(
    `SRC=${formatIpv4Address(entry.source)} DST=${formatIpv4Address(entry.destination)}`,
    `LEN=${entry.length} TOS=${hex2(entry.tos & 0x1e)} PREC=${hex2(entry.tos & 0xe0)}`,
    `TTL=${entry.ttl} ID=${entry.identification}`,
  );
  if ((fragment & FragmentField.dontFragment) !== 0) words.push("DF");
  if ((fragment & FragmentField.moreFragments) !== 0) words.push("MF");
  const offset = fragment & FragmentField.offsetMask;
  if (offset !== 0) words.push(`FRAG:${offset}`);
  words.push(transportWords(entry));
  if (entry.mark !== 0) words.push(`MARK=0x${(entry.mark >>> 0).toString(16)}`);
  return words.join(" ");
}
