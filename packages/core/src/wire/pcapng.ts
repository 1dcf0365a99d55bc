/**
 * The next-generation capture file (draft-ietf-opsawg-pcapng), little-endian: one section, one interface description
 * per device, nanoseconds since the run's start as since the epoch, each packet with its direction and perhaps a comment.
 */
import { assert } from "../base/assert.ts";
import type { Instant } from "../time/instant.ts";
import type { Capture, LinkType } from "./capture.ts";
import { LittleEndianOctets } from "./little-endian-octets.ts";
import { concatenate } from "./octets.ts";
import { SNAPSHOT_LENGTH } from "./pcap.ts";
import { encodeUtf8 } from "./utf8.ts";

export const PcapngBlock = { section: 0x0a0d0d0a, interface: 1, enhancedPacket: 6 } as const;
export const PcapngOption = {
  end: 0,
  comment: 1,
  /** In an interface description: its name. In a packet: flags. */
  interfaceName: 2,
  packetFlags: 2,
  application: 4,
  timestampResolution: 9,
} as const;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const NANOSECONDS = Uint8Array.of(9);
const INBOUND = Uint8Array.of(1, 0, 0, 0);
const OUTBOUND = Uint8Array.of(2, 0, 0, 0);
const OPTION_LENGTH_MAX = 0xffff;

interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

export class PcapngWriter {
  /** The file so far, in order; its owner may take them out and go on. */
  readonly chunks: Uint8Array[] = [];
  private interfaceCount = 0;

  /** `application` is who says it wrote the file. */
  constructor(application: string) {
    const body = new LittleEndianOctets(16);
    body.put32(BYTE_ORDER_MAGIC);
    body.put16(1);
    body.put16(0);
    // The section's length is not given.
    body.put32(-1);
    body.put32(-1);
    const options = [{ code: PcapngOption.application, value: encodeUtf8(application) }];
    this.chunks.push(block(PcapngBlock.section, body.octets, options));
  }

  /** Describes a device, as `director/eth0`, and gives what takes its packets. */
  addInterface(name: string, linkType: LinkType): Capture {
    const body = new LittleEndianOctets(8);
    body.put16(linkType);
    body.put16(0);
    body.put32(SNAPSHOT_LENGTH);
    const options = [
      { code: PcapngOption.interfaceName, value: encodeUtf8(name) },
      { code: PcapngOption.timestampResolution, value: NANOSECONDS },
    ];
    this.chunks.push(block(PcapngBlock.interface, body.octets, options));
    return new InterfaceCapture(this.chunks, this.interfaceCount++, linkType);
  }

  /** The whole file. */
  file(): Uint8Array {
    return concatenate(this.chunks);
  }
}

class InterfaceCapture implements Capture {
  readonly linkType: LinkType;
  private readonly chunks: Uint8Array[];
  private readonly index: number;

  constructor(chunks: Uint8Array[], index: number, linkType: LinkType) {
    this.chunks = chunks;
    this.index = index;
    this.linkType = linkType;
  }

  add(at: Instant, octets: Uint8Array, direction: "in" | "out", comment: string): void {
    const body = new LittleEndianOctets(20 + aligned(octets.length));
    body.put32(this.index);
    body.put32(Math.floor(at / 0x1_0000_0000));
    body.put32(at % 0x1_0000_0000);
    body.put32(octets.length);
    body.put32(octets.length);
    body.put(octets);
    const flags = direction === "in" ? INBOUND : OUTBOUND;
    const options: Option[] = [{ code: PcapngOption.packetFlags, value: flags }];
    if (comment !== "") options.push({ code: PcapngOption.comment, value: encodeUtf8(comment) });
    this.chunks.push(block(PcapngBlock.enhancedPacket, body.octets, options));
  }
}

const aligned = (length: number): number => (length + 3) & ~3;

/** A block: type, length, body, options, length once more. */
function block(type: number, body: Uint8Array, options: readonly Option[]): Uint8Array {
  let length = 12 + body.length + 4;
  for (const option of options) length += 4 + aligned(option.value.length);
  const octets = new LittleEndianOctets(length);
  octets.put32(type);
  octets.put32(length);
  octets.put(body);
  for (const option of options) {
    assert(option.value.length <= OPTION_LENGTH_MAX, `option ${option.code} is too long`);
    octets.put16(option.code);
    octets.put16(option.value.length);
    octets.put(option.value);
    octets.align();
  }
  octets.put16(PcapngOption.end);
  octets.put16(0);
  octets.put32(length);
  return octets.octets;
}
