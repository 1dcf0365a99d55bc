/**
 * Synchronisation messages as octets (`ip_vs_sync.c`), in network order.
 *
 * Version 1: 0, sync id, size of it all (16), connections, 1, 0 (16); each connection of 36 octets: type (bit 0 IPv6),
 * protocol, version and size (4 + 12), flags (32), state, client, virtual and server port (16 each), mark, timeout in
 * seconds, client, virtual and server address (32 each); options may follow, and the next begins at a multiple of four.
 * Version 0: connections, sync id, size (16); each of 24 octets: 0, protocol, three ports (16), three addresses (32), flags
 * and state (16), and 24 octets of sequence numbers when the flags say so.
 *
 * Left out: writing options (sequence numbers, persistence engines); IPv6 entries are passed over.
 */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { BACKUP_FLAGS, SyncEntry, SyncFlag } from "./entry.ts";

export type SyncVersion = 0 | 1;

const HEADER = [4, 8] as const;
const ENTRY = [24, 36] as const;
const SEQUENCE_OPTIONS = 24;
const IPV6_ENTRY = 72;
/** What a message's one octet can count. */
const ENTRIES_MAX = 255;

/** A message that is being filled. */
export class SyncMessage {
  readonly version: SyncVersion;
  count = 0;
  private readonly view: DataView;
  private readonly bytes: Uint8Array;
  private length: number;

  /** `room`: octets of payload at most; one entry fits whatever it is. */
  constructor(version: SyncVersion, syncId: number, room: number) {
    this.version = version;
    this.bytes = new Uint8Array(Math.max(room, HEADER[version] + ENTRY[version]));
    this.view = new DataView(this.bytes.buffer);
    this.length = HEADER[version];
    this.bytes[1] = syncId;
    if (version === 1) this.bytes[5] = 1;
  }

  get full(): boolean {
    return this.length + ENTRY[this.version] > this.bytes.length || this.count === ENTRIES_MAX;
  }

  /** There must be room. */
  add(entry: SyncEntry): void {
    if (this.version === 1) this.writeEntry(entry, this.length);
    else this.writeOldEntry(entry, this.length);
    this.length += ENTRY[this.version];
    this.count++;
    this.bytes[this.version === 1 ? 4 : 0] = this.count;
    this.view.setUint16(2, this.length);
  }

  octets(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  private writeEntry(entry: SyncEntry, at: number): void {
    const { view } = this;
    view.setUint8(at + 1, entry.protocol);
    view.setUint16(at + 2, ENTRY[1]);
    view.setUint32(at + 4, entry.flags);
    view.setUint16(at + 8, entry.state);
    view.setUint16(at + 10, entry.clientPort);
    view.setUint16(at + 12, entry.virtualPort);
    view.setUint16(at + 14, entry.serverPort);
    view.setUint32(at + 16, entry.mark);
    view.setUint32(at + 20, entry.timeoutSeconds);
    view.setInt32(at + 24, entry.clientAddress);
    view.setInt32(at + 28, entry.virtualAddress);
    view.setInt32(at + 32, entry.serverAddress);
  }

  private writeOldEntry(entry: SyncEntry, at: number): void {
    const { view } = this;
    view.setUint8(at + 1, entry.protocol);
    view.setUint16(at + 2, entry.clientPort);
    view.setUint16(at + 4, entry.virtualPort);
    view.setUint16(at + 6, entry.serverPort);
    view.setInt32(at + 8, entry.clientAddress);
    view.setInt32(at + 12, entry.virtualAddress);
    view.setInt32(at + 16, entry.serverAddress);
    view.setUint16(at + 20, entry.flags & 0xffff);
    view.setUint16(at + 22, entry.state);
  }
}

/** Why a message, or the rest of it after its first entries, was not taken. */
export type SyncFault =
  | "header-too-short"
  | "wrong-size"
  | "other-sync-id"
  | "entry-too-short"
  | "entry-beyond-message"
  | "unknown-entry-version"
  | "unknown-entry-type"
  | "malformed-options";

const address = (view: DataView, at: number): Ipv4Address => view.getInt32(at) as Ipv4Address;

/**
 * Reads a message and hands each entry to `take`, which must not keep it; null when all was well. Entries before a
 * fault are taken. `syncId` 0 takes every director's.
 */
export function readSyncMessage(
  octets: Uint8Array,
  syncId: number,
  take: (entry: SyncEntry) => void,
): SyncFault | null {
  if (octets.length < HEADER[0]) return "header-too-short";
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  if (view.getUint16(2) !== octets.length) return "wrong-size";
  if (syncId !== 0 && view.getUint8(1) !== syncId) return "other-sync-id";
  const current =
    octets.length >= HEADER[1] &&
    view.getUint8(0) === 0 &&
    view.getUint8(5) === 1 &&
    view.getUint16(6) === 0;
  return current ? readEntries(view, take) : readOldEntries(view, take);
}

function readEntries(view: DataView, take: (entry: SyncEntry) => void): SyncFault | null {
  const entry = new SyncEntry();
  let at = HEADER[1] as number;
  for (let left = view.getUint8(4); left > 0; left--) {
    if (at + ENTRY[1] > view.byteLength) return "entry-too-short";
    const size = view.getUint16(at + 2) & 0xfff;
    const end = at + size;
    if (end > view.byteLength) return "entry-beyond-message";
    if (view.getUint16(at + 2) >> 12 !== 0) return "unknown-entry-version";
    const type = view.getUint8(at);
    const ipv6 = (type & 1) !== 0;
    if (type !== 0 && !ipv6) return "unknown-entry-type";
    const options = at + (ipv6 ? IPV6_ENTRY : ENTRY[1]);
    if (options > end) return "entry-too-short";
    if (!areOptionsSound(view, options, end)) return "malformed-options";
    if (!ipv6) {
      readEntry(view, at, entry);
      take(entry);
    }
    at += (size + 3) & ~3;
  }
  return null;
}

function readEntry(view: DataView, at: number, entry: SyncEntry): void {
  entry.protocol = view.getUint8(at + 1);
  entry.flags = view.getUint32(at + 4) & BACKUP_FLAGS;
  entry.state = view.getUint16(at + 8);
  entry.clientPort = view.getUint16(at + 10);
  entry.virtualPort = view.getUint16(at + 12);
  entry.serverPort = view.getUint16(at + 14);
  entry.mark = view.getInt32(at + 16);
  entry.timeoutSeconds = view.getUint32(at + 20);
  entry.clientAddress = address(view, at + 24);
  entry.virtualAddress = address(view, at + 28);
  entry.serverAddress = address(view, at + 32);
}

const Option = { sequence: 1, engineData: 2, engineName: 3, optional: 0x40 } as const;

/** Each option is a type, a length, and so many octets; one that is unknown must say that it may be ignored. */
function areOptionsSound(view: DataView, from: number, end: number): boolean {
  let at = from;
  while (at < end) {
    if (at + 2 > end) return false;
    const type = view.getUint8(at);
    const length = view.getUint8(at + 1);
    at += 2;
    if (length === 0 || at + length > end) return false;
    const kind = type & ~Option.optional;
    if (kind === Option.sequence && length !== SEQUENCE_OPTIONS) return false;
    const known = kind >= Option.sequence && kind <= Option.engineName;
    if (!known && (type & Option.optional) === 0) return false;
    at += length;
  }
  return true;
}

function readOldEntries(view: DataView, take: (entry: SyncEntry) => void): SyncFault | null {
  const entry = new SyncEntry();
  let at = HEADER[0] as number;
  for (let left = view.getUint8(0); left > 0; left--) {
    if (at + ENTRY[0] > view.byteLength) return "entry-too-short";
    entry.protocol = view.getUint8(at + 1);
    entry.clientPort = view.getUint16(at + 2);
    entry.virtualPort = view.getUint16(at + 4);
    entry.serverPort = view.getUint16(at + 6);
    entry.clientAddress = address(view, at + 8);
    entry.virtualAddress = address(view, at + 12);
    entry.serverAddress = address(view, at + 16);
    entry.flags = view.getUint16(at + 20) & BACKUP_FLAGS;
    entry.state = view.getUint16(at + 22);
    entry.mark = 0;
    entry.timeoutSeconds = 0;
    at += ENTRY[0];
    if (entry.has(SyncFlag.sequence)) {
      at += SEQUENCE_OPTIONS;
      if (at > view.byteLength) return "entry-too-short";
    }
    take(entry);
  }
  return null;
}
