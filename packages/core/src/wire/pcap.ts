/**
 * The classic capture file, little-endian, with nanoseconds (magic a1b23c4d). The epoch is the run's start. It has
 * no place for directions and comments; pcapng.ts has.
 */
import type { Instant } from "../time/instant.ts";
import type { Capture, LinkType } from "./capture.ts";
import { LittleEndianOctets } from "./little-endian-octets.ts";
import { concatenate } from "./octets.ts";

const NANOSECONDS_PER_SECOND = 1_000_000_000;
export const PCAP_MAGIC_NANOSECONDS = 0xa1b23c4d;
export const PCAP_FILE_HEADER_LENGTH = 24;
export const PCAP_RECORD_HEADER_LENGTH = 16;
/** Longer than any frame: nothing is cut. */
export const SNAPSHOT_LENGTH = 262_144;

export class PcapWriter implements Capture {
  readonly linkType: LinkType;
  /** The file so far, in order; its owner may take them out and go on. */
  readonly chunks: Uint8Array[] = [];

  constructor(linkType: LinkType) {
    this.linkType = linkType;
    const header = new LittleEndianOctets(PCAP_FILE_HEADER_LENGTH);
    header.put32(PCAP_MAGIC_NANOSECONDS);
    header.put16(2);
    header.put16(4);
    // Time zone and accuracy, which nobody uses.
    header.put32(0);
    header.put32(0);
    header.put32(SNAPSHOT_LENGTH);
    header.put32(linkType);
    this.chunks.push(header.octets);
  }

  add(at: Instant, octets: Uint8Array): void {
    const second = Math.floor(at / NANOSECONDS_PER_SECOND);
    const header = new LittleEndianOctets(PCAP_RECORD_HEADER_LENGTH);
    header.put32(second);
    header.put32(at - second * NANOSECONDS_PER_SECOND);
    header.put32(octets.length);
    header.put32(octets.length);
    this.chunks.push(header.octets, octets);
  }

  /** The whole file. */
  file(): Uint8Array {
    return concatenate(this.chunks);
  }
}
