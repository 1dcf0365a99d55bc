/** How `tcpdump` is asked to print, and what it must remember from packet to packet. */
import { formatIpv4Address, type Ipv4Address } from "@lvsim/core";
import { serviceOfPort } from "../../../network/services.ts";
import type { OctetReader } from "../packet.ts";

export interface PrintStyle {
  /** `-n`: neither hosts nor ports nor protocols by name. */
  readonly numeric: boolean;
  /** `-e`. */
  readonly linkHeader: boolean;
  /** How often `-v` was given. */
  readonly verbose: number;
  readonly quiet: boolean;
  /** `-S`. */
  readonly absoluteSequences: boolean;
  /** `-K`. */
  readonly skipsChecksums: boolean;
}

/** Where a TCP conversation began. */
interface Conversation {
  sequence: number;
  acknowledgement: number;
}

/** Conversations that are remembered; the oldest is forgotten then. */
const CONVERSATIONS_MAX = 65_536;

export class Printer {
  readonly style: PrintStyle;
  readonly conversations = new Map<string, Conversation>();
  private readonly lookup: (address: Ipv4Address) => string | undefined;

  /** `lookup` finds names of addresses. */
  constructor(style: PrintStyle, lookup: (address: Ipv4Address) => string | undefined) {
    this.style = style;
    this.lookup = lookup;
  }

  host(octets: OctetReader, at: number): string {
    const address = (octets.word(at) | 0) as Ipv4Address;
    const name = this.style.numeric ? undefined : this.lookup(address);
    return name ?? formatIpv4Address(address);
  }

  port(port: number, protocol: "tcp" | "udp"): string {
    const name = this.style.numeric ? undefined : serviceOfPort(port, protocol);
    return name ?? String(port);
  }

  mac(octets: OctetReader, at: number): string {
    let text = "";
    for (let i = 0; i < 6; i++)
      text +=
        (i === 0 ? "" : ":") +
        octets
          .byte(at + i)
          .toString(16)
          .padStart(2, "0");
    if (this.style.numeric) return text;
    return text === "ff:ff:ff:ff:ff:ff" ? "Broadcast" : `${text}${ownerText(text)}`;
  }

  remember(key: string, conversation: Conversation): void {
    if (this.conversations.size >= CONVERSATIONS_MAX) this.conversations.clear();
    this.conversations.set(key, conversation);
  }
}

/** Who has the first half of a MAC address, of the few that labs meet. */
const OWNERS: ReadonlyMap<string, string> = new Map([
  ["00:00:00", "Ethernet"],
  ["00:00:5e", "IANA"],
  ["08:00:27", "Unknown"],
]);

const ownerText = (mac: string): string => ` (oui ${OWNERS.get(mac.slice(0, 8)) ?? "Unknown"})`;

export const hex = (value: number, digits = 0): string =>
  `0x${value.toString(16).padStart(digits, "0")}`;

/** The ones' complement sum of [from, end), folded, with `initial` counted in. */
export function sum16(octets: OctetReader, from: number, end: number, initial = 0): number {
  let sum = initial;
  for (let at = from; at < end; at += 2)
    sum += octets.byte(at) * 256 + (at + 1 < end ? octets.byte(at + 1) : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 65_536);
  return sum;
}

/** The sum of a transport packet in [from, end) with its pseudo-header; 0xffff when its checksum is right. */
export function transportSum(
  octets: OctetReader,
  ip: number,
  from: number,
  end: number,
  protocol: number,
): number {
  const pseudo = sum16(octets, ip + 12, ip + 20, protocol + (end - from));
  return sum16(octets, from, end, pseudo);
}

/** What the checksum field should say where it says `written` and the sum is `sum`. */
export function rightChecksum(written: number, sum: number): number {
  let rest = (~sum & 0xffff) + written;
  while (rest > 0xffff) rest = (rest & 0xffff) + (rest >>> 16);
  return rest;
}
