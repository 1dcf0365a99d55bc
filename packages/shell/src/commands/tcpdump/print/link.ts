/** The link layer in `tcpdump`'s words: Ethernet with tags, raw IP, and Linux's cooked header (SLL2). */
import { type CapturedPacket, CaptureLink, OctetReader } from "../packet.ts";
import { arpText } from "./arp.ts";
import { hexDump } from "./hex-dump.ts";
import { ipText } from "./ip.ts";
import { hex, type Printer } from "./style.ts";

const ETHER_TYPES: ReadonlyMap<number, string> = new Map([
  [0x0800, "IPv4"],
  [0x0806, "ARP"],
  [0x8035, "Reverse ARP"],
  [0x8100, "802.1Q"],
  [0x86dd, "IPv6"],
  [0x8847, "MPLS unicast"],
  [0x8863, "PPPoE D"],
  [0x8864, "PPPoE S"],
  [0x88a8, "802.1Q-QinQ"],
  [0x88cc, "LLDP"],
]);

/** What is said of a packet, and where its network header begins. */
export interface LinkText {
  readonly text: string;
  readonly network: number;
}

export function linkText(printer: Printer, link: CaptureLink, packet: CapturedPacket): LinkText {
  const octets = new OctetReader(packet.octets);
  if (link === CaptureLink.raw) {
    const head = printer.style.linkHeader ? "ip: " : "";
    return { text: head + ipText(printer, octets, 0, packet.length), network: 0 };
  }
  if (link === CaptureLink.sll2) return cooked(printer, octets, packet);
  return ethernet(printer, octets, packet);
}

const typeText = (printer: Printer, type: number): string => {
  const name = ETHER_TYPES.get(type) ?? "Unknown";
  return printer.style.quiet ? name : `ethertype ${name} (${hex(type, 4)})`;
};

function ethernet(printer: Printer, octets: OctetReader, packet: CapturedPacket): LinkText {
  const { linkHeader } = printer.style;
  if (packet.octets.length < 14) return { text: " [|ether]", network: packet.octets.length };
  let type = octets.short(12);
  let text = "";
  if (linkHeader) {
    text = `${printer.mac(octets, 6)} > ${printer.mac(octets, 0)}, ${typeText(printer, type)}`;
    text += `, length ${packet.length}: `;
  }
  let at = 14;
  while (type === 0x8100 || type === 0x88a8 || type === 0x9100) {
    if (packet.octets.length < at + 4) return { text: `${text}[|vlan]`, network: at };
    const tag = octets.short(at);
    type = octets.short(at + 2);
    at += 4;
    if (!linkHeader) continue;
    text += `vlan ${tag & 0xfff}, p ${tag >>> 13}${(tag & 0x1000) === 0 ? "" : ", DEI"}, `;
    if (type > 1500) text += `${typeText(printer, type)}, `;
  }
  return { text: text + network(printer, octets, packet, type, at), network: at };
}

/** Whom the kernel saw a packet was for: `sll_pkttype`. */
const PACKET_TYPES: readonly string[] = ["In", "B", "M", "P", "Out"];

function cooked(printer: Printer, octets: OctetReader, packet: CapturedPacket): LinkText {
  const type = octets.short(0);
  const direction = (PACKET_TYPES[octets.byte(10)] ?? "?").padEnd(3);
  let text = `${packet.deviceName.padEnd(5)} ${direction} `;
  if (printer.style.linkHeader) {
    text += `ifindex ${octets.word(4)} `;
    if (octets.byte(11) === 6) text += `${printer.mac(octets, 12)} `;
    text += `${typeText(printer, type)}, length ${packet.length}: `;
  }
  return { text: text + network(printer, octets, packet, type, 20), network: 20 };
}

function network(
  printer: Printer,
  octets: OctetReader,
  packet: CapturedPacket,
  type: number,
  at: number,
): string {
  const length = packet.length - at;
  if (type === 0x0800) return ipText(printer, octets, at, length);
  if (type === 0x0806) return arpText(printer, octets, at, length);
  // what it does not know it shows in hexadecimal
  const unknown = printer.style.linkHeader
    ? ""
    : `${typeText(printer, type)}, length ${packet.length}: `;
  return `${unknown}${hexDump(packet.octets.subarray(at))}`;
}
