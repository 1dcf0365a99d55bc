/** The lines of one run of `tcpdump`. */
import type { Ipv4Address } from "@lvsim/core";
import type { TcpdumpOptions } from "./options.ts";
import type { CapturedPacket, CaptureLink } from "./packet.ts";
import { asciiDump, hexAndAsciiDump, hexDump } from "./print/hex-dump.ts";
import { linkText } from "./print/link.ts";
import { Printer } from "./print/style.ts";
import { type CaptureTime, timestamp } from "./print/timestamp.ts";

export class PacketLines {
  private readonly options: TcpdumpOptions;
  private readonly link: CaptureLink;
  private readonly printer: Printer;
  private first: CaptureTime | null = null;
  private previous: CaptureTime | null = null;
  private count = 0;

  constructor(
    options: TcpdumpOptions,
    link: CaptureLink,
    lookup: (address: Ipv4Address) => string | undefined,
  ) {
    this.options = options;
    this.link = link;
    this.printer = new Printer(options, lookup);
  }

  /** A packet, with its newline. */
  text(packet: CapturedPacket): string {
    const { options } = this;
    this.first ??= packet;
    const before = options.times === 5 ? this.first : this.previous;
    const number = options.numbers ? `${String(++this.count).padStart(5)}  ` : "";
    const { network, text } = linkText(this.printer, this.link, packet);
    const time = timestamp(options.times, packet, before);
    this.previous = packet;
    return `${number}${time}${text}${this.dump(packet.octets, network)}\n`;
  }

  private dump(octets: Uint8Array, network: number): string {
    const { ascii, hex, hexAscii } = this.options;
    const from = (count: number): Uint8Array => (count > 1 ? octets : octets.subarray(network));
    if (hexAscii > 0) return hexAndAsciiDump(from(hexAscii));
    if (hex > 0) return hexDump(from(hex));
    return ascii ? asciiDump(octets.subarray(network)) : "";
  }
}
