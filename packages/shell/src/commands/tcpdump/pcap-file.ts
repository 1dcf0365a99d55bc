/**
 * Classic capture files as `tcpdump` reads and writes them: microseconds and little-endian when written; either order of
 * octets, and nanoseconds too, when read. Left out: pcapng.
 */
import type { CapturedPacket } from "./packet.ts";

export const SNAPSHOT_MAX = 262_144;

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;

/** The head of a file. */
export function fileHeader(linkType: number, snapshotLength: number): Uint8Array {
  const octets = new Uint8Array(FILE_HEADER);
  const view = new DataView(octets.buffer);
  view.setUint32(0, MICROSECONDS, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, snapshotLength, true);
  view.setUint32(20, linkType, true);
  return octets;
}

/** One packet of a file. */
export function fileRecord({ length, micro, octets, second }: CapturedPacket): Uint8Array {
  const record = new Uint8Array(RECORD_HEADER + octets.length);
  const view = new DataView(record.buffer);
  view.setUint32(0, second, true);
  view.setUint32(4, micro, true);
  view.setUint32(8, octets.length, true);
  view.setUint32(12, length, true);
  record.set(octets, RECORD_HEADER);
  return record;
}

export interface CaptureFile {
  readonly linkType: number;
  readonly snapshotLength: number;
  readonly packets: readonly CapturedPacket[];
  /** What is wrong with the rest of the file; "" for nothing. */
  readonly problem: string;
}

/** The packets of a file, or what is wrong with it. */
export function readCaptureFile(octets: Uint8Array): CaptureFile | string {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  if (octets.length < 4)
    return `truncated dump file; tried to read 4 file header bytes, only got ${octets.length}`;
  const little = [MICROSECONDS, NANOSECONDS].includes(view.getUint32(0, true));
  const magic = view.getUint32(0, little);
  if (magic !== MICROSECONDS && magic !== NANOSECONDS) return "unknown file format";
  if (octets.length < FILE_HEADER)
    return `truncated dump file; tried to read ${FILE_HEADER} file header bytes, only got ${octets.length}`;
  const snapshotLength = view.getUint32(16, little);
  const linkType = view.getUint32(20, little) & 0xffff;
  const packets: CapturedPacket[] = [];
  let at = FILE_HEADER;
  let problem = "";
  while (at < octets.length && problem === "") {
    const rest = octets.length - at;
    if (rest < RECORD_HEADER) {
      problem = `truncated dump file; tried to read ${RECORD_HEADER} header bytes, only got ${rest}`;
      break;
    }
    const captured = view.getUint32(at + 8, little);
    if (captured > rest - RECORD_HEADER) {
      problem = `truncated dump file; tried to read ${captured} captured bytes, only got ${rest - RECORD_HEADER}`;
      break;
    }
    const part = view.getUint32(at + 4, little);
    packets.push({
      second: view.getUint32(at, little),
      micro: magic === NANOSECONDS ? Math.floor(part / 1000) : part,
      octets: octets.subarray(at + RECORD_HEADER, at + RECORD_HEADER + captured),
      length: view.getUint32(at + 12, little),
      outgoing: false,
      deviceName: "",
      vlanTag: -1,
    });
    at += RECORD_HEADER + captured;
  }
  return { linkType, snapshotLength, packets, problem };
}
