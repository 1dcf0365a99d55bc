/** IPv4 (RFC 791) in `tcpdump`'s words, and what it carries. */
import type { OctetReader } from "../packet.ts";
import type { Content } from "./content.ts";
import { greText } from "./gre.ts";
import { icmpText } from "./icmp.ts";
import { sctpText } from "./sctp.ts";
import { hex, type Printer, rightChecksum, sum16 } from "./style.ts";
import { tcpText } from "./tcp.ts";
import { udpText } from "./udp.ts";
import { vrrpText } from "./vrrp.ts";

const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [1, "ICMP"],
  [2, "IGMP"],
  [4, "IPIP"],
  [6, "TCP"],
  [17, "UDP"],
  [41, "IPv6"],
  [47, "GRE"],
  [50, "ESP"],
  [51, "AH"],
  [89, "OSPF"],
  [103, "PIM"],
  [112, "VRRP"],
  [132, "SCTP"],
]);

/** Names of /etc/protocols, for what is not decoded. */
const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map([
  [1, "icmp"],
  [2, "igmp"],
  [4, "ipencap"],
  [6, "tcp"],
  [17, "udp"],
  [47, "gre"],
  [50, "esp"],
  [51, "ah"],
  [112, "vrrp"],
  [132, "sctp"],
  [253, "exptest-253"],
  [254, "exptest-254"],
]);

/** Packets in packets, at most. */
const NESTING_MAX = 8;

/** `length`: octets from `at` on that were on the link. */
export function ipText(
  printer: Printer,
  octets: OctetReader,
  at: number,
  length: number,
  nesting = 0,
): string {
  const head = printer.style.linkHeader ? "" : "IP ";
  return head + packetText(printer, octets, at, length, nesting);
}

/** An IP packet without the word IP before it. */
function packetText(
  printer: Printer,
  octets: OctetReader,
  at: number,
  length: number,
  nesting: number,
): string {
  if (length < 20 || octets.octets.length < at + 20) return "[|ip]";
  const header = (octets.byte(at) & 0xf) * 4;
  if (header < 20) return `bad-hlen ${header}`;
  const total = octets.short(at + 2);
  let text = "";
  if (length < total) text += `truncated-ip - ${total - length} bytes missing! `;
  if (total < header) return `${text}bad-len ${total}`;
  if (printer.style.verbose > 0) text += headerText(printer, octets, at, header);
  const ends = `${printer.host(octets, at + 12)} > ${printer.host(octets, at + 16)}`;
  const fragment = octets.short(at + 6);
  const protocol = octets.byte(at + 9);
  if ((fragment & 0x1fff) !== 0) {
    const name = printer.style.numeric ? undefined : PROTOCOL_NAMES.get(protocol);
    return `${text}${ends}: ${name ?? `ip-proto-${protocol}`}`;
  }
  const content: Content = {
    ip: at,
    from: at + header,
    end: at + Math.min(total, length),
    fragmented: (fragment & 0x2000) !== 0,
    nesting: nesting + 1,
  };
  const hasEnds = protocol === 6 || protocol === 17 || protocol === 132;
  return `${text}${hasEnds ? "" : `${ends}: `}${contentText(printer, octets, content, protocol)}`;
}

function headerText(printer: Printer, octets: OctetReader, at: number, header: number): string {
  const tos = octets.byte(at + 1);
  const fragment = octets.short(at + 6);
  const protocol = octets.byte(at + 9);
  const flags: string[] = [];
  if ((fragment & 0x2000) !== 0) flags.push("+");
  if ((fragment & 0x4000) !== 0) flags.push("DF");
  if ((fragment & 0x8000) !== 0) flags.push("rsvd");
  const ecn = ["", ",ECT(1)", ",ECT(0)", ",CE"][tos & 3] ?? "";
  const ttl = octets.byte(at + 8);
  let text =
    `(tos ${hex(tos)}${ecn}${ttl > 0 ? `, ttl ${ttl}` : ""}, id ${octets.short(at + 4)}, ` +
    `offset ${(fragment & 0x1fff) * 8}, flags [${flags.length === 0 ? "none" : flags.join(", ")}], ` +
    `proto ${PROTOCOLS.get(protocol) ?? "unknown"} (${protocol}), length ${octets.short(at + 2)}`;
  if (header > 20) text += `, options (${optionsText(octets, at + 20, at + header)})`;
  if (!printer.style.skipsChecksums) {
    const sum = sum16(octets, at, at + header);
    const written = octets.short(at + 10);
    if (sum !== 0xffff)
      text += `, bad cksum ${written.toString(16)} (->${rightChecksum(written, sum).toString(16)})!`;
  }
  return `${text})\n    `;
}

const OPTIONS: ReadonlyMap<number, string> = new Map([
  [0, "EOL"],
  [1, "NOP"],
  [7, "RR"],
  [68, "timestamp"],
  [130, "security"],
  [131, "LSRR"],
  [137, "SSRR"],
  [148, "RA"],
]);

function optionsText(octets: OctetReader, from: number, end: number): string {
  const names: string[] = [];
  for (let at = from; at < end; ) {
    const kind = octets.byte(at);
    const name = OPTIONS.get(kind) ?? `unknown ${kind}`;
    const size = kind < 2 ? 1 : octets.byte(at + 1);
    const fits = kind < 2 || (size >= 2 && at + size <= end);
    names.push(fits ? name : `${name} [bad length ${size}]`);
    if (kind === 0 || !fits) break;
    at += size;
  }
  return names.join(",");
}

function contentText(
  printer: Printer,
  octets: OctetReader,
  content: Content,
  protocol: number,
): string {
  const { end, from, nesting } = content;
  if (nesting > NESTING_MAX) return "[|ip]";
  const nested = (at: number, length: number): string =>
    ipText(printer, octets, at, length, nesting);
  switch (protocol) {
    case 1:
      return icmpText(printer, octets, content, nested);
    case 4:
      return nested(from, end - from);
    case 6:
      return tcpText(printer, octets, content);
    case 17:
      return udpText(printer, octets, content);
    case 47:
      return greText(printer, octets, content, nested);
    case 132:
      return sctpText(printer, octets, content);
    case 112:
      return vrrpText(printer, octets, content);
    default: {
      const name = printer.style.numeric ? undefined : PROTOCOL_NAMES.get(protocol);
      return ` ${name ?? `ip-proto-${protocol}`} ${end - from}`;
    }
  }
}
