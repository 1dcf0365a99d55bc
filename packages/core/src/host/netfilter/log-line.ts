/** The kernel's line for a logged packet (`nf_log_ip_packet`): every word has a blank behind it, the last one too. */
import { formatIpv4Address, type Ipv4Address } from "../../packet/ipv4-address.ts";
import { formatMacAddress } from "../../packet/mac-address.ts";
import { FragmentField, IcmpType, IpProtocol, UnreachableCode } from "../../packet/protocol.ts";
import type { LogEntry, LogHead, PacketFacts } from "./log-entry.ts";

const hex2 = (value: number): string => `0x${value.toString(16).toUpperCase().padStart(2, "0")}`;

function octetText(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += octet.toString(16).toUpperCase().padStart(2, "0");
  return text;
}

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

function tcpWords(packet: PacketFacts, head: LogHead): string[] {
  const words = [`SPT=${packet.sourcePort}`, `DPT=${packet.destinationPort}`];
  if (head.withSequence)
    words.push(`SEQ=${packet.sequenceNumber >>> 0}`, `ACK=${packet.acknowledgementNumber >>> 0}`);
  words.push(`WINDOW=${packet.window}`, "RES=0x00");
  for (const [bit, word] of FLAG_WORDS) if ((packet.tcpFlags & bit) !== 0) words.push(word);
  words.push("URGP=0");
  if (head.withTcpOptions && packet.tcpOptions.length > 0)
    words.push(`OPT (${octetText(packet.tcpOptions)})`);
  return words;
}

/** ICMP errors that quote the packet that caused them. */
const QUOTING: ReadonlySet<number> = new Set([
  IcmpType.destinationUnreachable,
  IcmpType.sourceQuench,
  IcmpType.redirect,
  IcmpType.timeExceeded,
]);

function icmpWords(packet: PacketFacts, head: LogHead, quoted: PacketFacts | null): string[] {
  const { icmpType, icmpCode, icmpRest } = packet;
  const words = [`TYPE=${icmpType}`, `CODE=${icmpCode}`];
  if (icmpType === IcmpType.echoRequest || icmpType === IcmpType.echoReply)
    words.push(`ID=${icmpRest >>> 16}`, `SEQ=${icmpRest & 0xffff}`);
  if (icmpType === IcmpType.parameterProblem) words.push(`PARAMETER=${icmpRest >>> 24}`);
  if (icmpType === IcmpType.redirect)
    words.push(`GATEWAY=${formatIpv4Address(icmpRest as Ipv4Address)}`);
  if (quoted !== null && QUOTING.has(icmpType)) {
    const [first, ...rest] = packetWords(quoted, head, null);
    words.push(`[${first}`, ...rest, "]");
  }
  const tooBig = UnreachableCode.fragmentationNeeded;
  if (icmpType === IcmpType.destinationUnreachable && icmpCode === tooBig)
    words.push(`MTU=${icmpRest & 0xffff}`);
  return words;
}

function transportWords(packet: PacketFacts, head: LogHead, quoted: PacketFacts | null): string[] {
  const later = (packet.fragment & FragmentField.offsetMask) !== 0;
  switch (packet.protocol) {
    case IpProtocol.tcp:
      return ["PROTO=TCP", ...(later ? [] : tcpWords(packet, head))];
    case IpProtocol.udp: {
      if (later) return ["PROTO=UDP"];
      const length = packet.length - packet.headerLength;
      const ports = [`SPT=${packet.sourcePort}`, `DPT=${packet.destinationPort}`];
      return ["PROTO=UDP", ...ports, `LEN=${length}`];
    }
    case IpProtocol.icmp:
      return ["PROTO=ICMP", ...(later ? [] : icmpWords(packet, head, quoted))];
    default:
      return [`PROTO=${packet.protocol}`];
  }
}

function packetWords(packet: PacketFacts, head: LogHead, quoted: PacketFacts | null): string[] {
  const { fragment, tos } = packet;
  const words = [
    `SRC=${formatIpv4Address(packet.source)}`,
    `DST=${formatIpv4Address(packet.destination)}`,
    `LEN=${packet.length}`,
    `TOS=${hex2(tos & 0x1e)}`,
    `PREC=${hex2(tos & 0xe0)}`,
    `TTL=${packet.ttl}`,
    `ID=${packet.identification}`,
  ];
  if ((fragment & FragmentField.dontFragment) !== 0) words.push("DF");
  if ((fragment & FragmentField.moreFragments) !== 0) words.push("MF");
  const offset = fragment & FragmentField.offsetMask;
  if (offset !== 0) words.push(`FRAG:${offset}`);
  if (head.withIpOptions && packet.ipOptions.length > 0)
    words.push(`OPT (${octetText(packet.ipOptions)})`);
  words.push(...transportWords(packet, head, quoted));
  return words;
}

/** The line as dmesg shows it, without its time stamp. */
export function formatLogEntry(entry: LogEntry): string {
  const { input, output, prefix } = entry;
  const words = [`${prefix}IN=${input}`, `OUT=${output}`];
  const macs = `${formatMacAddress(entry.destinationMac)}:${formatMacAddress(entry.sourceMac)}`;
  if (entry.physicalInput !== "") words.push(`PHYSIN=${entry.physicalInput}`);
  if (entry.physicalOutput !== "") words.push(`PHYSOUT=${entry.physicalOutput}`);
  if (input !== "") words.push(`MAC=${macs}:08:00`);
  words.push(...packetWords(entry, entry, entry.quoted));
  if (entry.mark !== 0) words.push(`MARK=0x${(entry.mark >>> 0).toString(16)}`);
  return `${words.join(" ")} `;
}
