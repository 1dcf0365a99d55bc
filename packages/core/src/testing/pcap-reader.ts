/** Reads capture files in nanoseconds, little-endian, as pcap.ts and pcapng.ts write them: for tests. */
import { assert } from "../base/assert.ts";
import type { Instant } from "../time/instant.ts";
import {
  PCAP_FILE_HEADER_LENGTH,
  PCAP_MAGIC_NANOSECONDS,
  PCAP_RECORD_HEADER_LENGTH,
} from "../wire/pcap.ts";
import { PcapngBlock, PcapngOption } from "../wire/pcapng.ts";

interface CapturedPacket {
  readonly at: Instant;
  readonly octets: Uint8Array;
}

interface PcapFile {
  readonly linkType: number;
  readonly packets: readonly CapturedPacket[];
}

export function readPcap(file: Uint8Array): PcapFile {
  assert(get32(file, 0) === PCAP_MAGIC_NANOSECONDS, "no capture file with nanoseconds");
  const packets: CapturedPacket[] = [];
  let at = PCAP_FILE_HEADER_LENGTH;
  while (at < file.length) {
    const from = at + PCAP_RECORD_HEADER_LENGTH;
    const to = from + get32(file, at + 8);
    assert(to <= file.length, "the last packet is cut short");
    const instant = (get32(file, at) * 1_000_000_000 + get32(file, at + 4)) as Instant;
    packets.push({ at: instant, octets: file.slice(from, to) });
    at = to;
  }
  return { linkType: get32(file, 20), packets };
}

interface PcapngPacket extends CapturedPacket {
  readonly interfaceIndex: number;
  readonly direction: "in" | "out";
  /** UTF-8; null for none. */
  readonly comment: Uint8Array | null;
}

interface PcapngInterface {
  readonly linkType: number;
  /** UTF-8. */
  readonly name: Uint8Array;
}

interface PcapngFile {
  readonly interfaces: readonly PcapngInterface[];
  readonly packets: readonly PcapngPacket[];
}

export function readPcapng(file: Uint8Array): PcapngFile {
  const interfaces: PcapngInterface[] = [];
  const packets: PcapngPacket[] = [];
  let at = 0;
  while (at < file.length) {
    const length = get32(file, at + 4);
    assert(get32(file, at + length - 4) === length, "a block's two lengths differ");
    const type = get32(file, at);
    if (type === PcapngBlock.interface) interfaces.push(readInterface(file, at, at + length));
    else if (type === PcapngBlock.enhancedPacket) packets.push(readPacket(file, at, at + length));
    at += length;
  }
  return { interfaces, packets };
}

function readInterface(file: Uint8Array, at: number, end: number): PcapngInterface {
  const options = readOptions(file, at + 16, end);
  const name = options.get(PcapngOption.interfaceName);
  assert(name !== undefined, "an interface without a name");
  assert(options.get(PcapngOption.timestampResolution)?.[0] === 9, "not in nanoseconds");
  return { linkType: get16(file, at + 8), name };
}

function readPacket(file: Uint8Array, at: number, end: number): PcapngPacket {
  const length = get32(file, at + 20);
  const from = at + 28;
  const options = readOptions(file, from + ((length + 3) & ~3), end);
  return {
    at: (get32(file, at + 12) * 0x1_0000_0000 + get32(file, at + 16)) as Instant,
    octets: file.slice(from, from + length),
    interfaceIndex: get32(file, at + 8),
    direction: options.get(PcapngOption.packetFlags)?.[0] === 1 ? "in" : "out",
    comment: options.get(PcapngOption.comment) ?? null,
  };
}

/** The options between `from` and the length that ends a block. */
function readOptions(file: Uint8Array, from: number, end: number): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  let at = from;
  while (at < end - 4 && get16(file, at) !== PcapngOption.end) {
    const length = get16(file, at + 2);
    options.set(get16(file, at), file.slice(at + 4, at + 4 + length));
    at += 4 + ((length + 3) & ~3);
  }
  return options;
}

const get16 = (file: Uint8Array, at: number): number =>
  (file[at] as number) | ((file[at + 1] as number) << 8);
const get32 = (file: Uint8Array, at: number): number =>
  (get16(file, at) | (get16(file, at + 2) << 16)) >>> 0;
