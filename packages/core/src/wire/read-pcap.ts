/**
 * Reading classic capture files, as tcpdump and lvsim write them: both orders of octets, microseconds and nanoseconds. A file that
 * was cut short gives the packets that are whole. Left out: pcapng.
 */
import {
  PCAP_FILE_HEADER_LENGTH,
  PCAP_MAGIC_NANOSECONDS,
  PCAP_RECORD_HEADER_LENGTH,
} from "./pcap.ts";

const MAGIC_MICROSECONDS = 0xa1b2c3d4;

export interface CapturedPacket {
  /** In nanoseconds since whatever the writer's clock began with. */
  readonly at: number;
  readonly octets: Uint8Array;
}

export interface PcapFile {
  readonly linkType: number;
  readonly packets: readonly CapturedPacket[];
}

/** null for octets that are no capture file. */
export function readPcap(octets: Uint8Array): PcapFile | null {
  if (octets.length < PCAP_FILE_HEADER_LENGTH) return null;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const little = [true, false].find((order) => unitOf(view.getUint32(0, order)) !== 0);
  if (little === undefined) return null;
  const unit = unitOf(view.getUint32(0, little));
  const packets: CapturedPacket[] = [];
  let at = PCAP_FILE_HEADER_LENGTH;
  while (at + PCAP_RECORD_HEADER_LENGTH <= octets.length) {
    const begin = at + PCAP_RECORD_HEADER_LENGTH;
    const end = begin + view.getUint32(at + 8, little);
    if (end > octets.length) break;
    packets.push({
      at: view.getUint32(at, little) * 1e9 + view.getUint32(at + 4, little) * unit,
      octets: octets.subarray(begin, end),
    });
    at = end;
  }
  // the upper bits may say something of check sequences
  return { linkType: view.getUint32(20, little) & 0xffff, packets };
}

/** Nanoseconds of the unit that a magic number stands for; 0 for none. */
function unitOf(magic: number): number {
  if (magic === PCAP_MAGIC_NANOSECONDS) return 1;
  return magic === MAGIC_MICROSECONDS ? 1000 : 0;
}
