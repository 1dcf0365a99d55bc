/**
 * A switch's forwarding database: behind which port a link address was last seen, as Linux's bridge keeps it.
 * An entry lives `ageing` after it was last seen as a source; it is looked at when it is used, no timer runs.
 * A chained hash over the low 32 bits of the address and the VLAN.
 */
import { emptyPlaces } from "../base/empty-places.ts";
import type { MacAddress } from "../packet/mac-address.ts";
import type { Duration, Instant } from "../time/instant.ts";

/** One learnt address. */
export class ForwardingEntry {
  readonly mac: MacAddress;
  readonly vlan: number;
  /** The index of a switch port; FORGOTTEN once the database has let go of the entry. */
  port: number;
  seenAt: Instant;
  next: ForwardingEntry | null;

  constructor(
    mac: MacAddress,
    vlan: number,
    port: number,
    seenAt: Instant,
    next: ForwardingEntry | null,
  ) {
    this.mac = mac;
    this.vlan = vlan;
    this.port = port;
    this.seenAt = seenAt;
    this.next = next;
  }
}

/** The port of an entry that the database no longer holds. */
export const FORGOTTEN = -1;

const SMALLEST_SIZE = 8;
/** Where a switch's memory ends: it learns no more addresses until old ones have aged. */
const ENTRY_COUNT_MAX = 65_536;
/** How often a full table is searched for aged entries, in nanoseconds. */
const FULL_SEARCH_INTERVAL = 1e9;

export class ForwardingDatabase {
  /** How long an entry lives without its source being seen. */
  ageing: Duration;
  private buckets: (ForwardingEntry | null)[] = [];
  private count = 0;
  /** A full table does not look for room before this instant. */
  private fullUntil = 0;

  constructor(ageing: Duration) {
    this.ageing = ageing;
  }

  /** Entries that are held, aged ones included. */
  get size(): number {
    return this.count;
  }

  /** Whether `entry` still counts at `now`. */
  isFresh(entry: ForwardingEntry, now: Instant): boolean {
    return now - entry.seenAt < this.ageing;
  }

  /** The entry of an address, which may have aged; null for none. */
  find(mac: MacAddress, vlan: number): ForwardingEntry | null {
    if (this.count === 0) return null;
    let entry = this.buckets[this.bucketOf(mac, vlan)] as ForwardingEntry | null;
    while (entry !== null && (entry.mac !== mac || entry.vlan !== vlan)) entry = entry.next;
    return entry;
  }

  /** `mac` was seen as a source behind `port`; its entry, or null when there is no room for one. */
  learn(mac: MacAddress, vlan: number, port: number, now: Instant): ForwardingEntry | null {
    const entry = this.find(mac, vlan);
    if (entry !== null) {
      entry.port = port;
      entry.seenAt = now;
      return entry;
    }
    if (this.count === this.buckets.length && !this.makeRoom(now)) return null;
    const bucket = this.bucketOf(mac, vlan);
    const head = this.buckets[bucket] as ForwardingEntry | null;
    const fresh = new ForwardingEntry(mac, vlan, port, now, head);
    this.buckets[bucket] = fresh;
    this.count++;
    return fresh;
  }

  /** Forgets what was learnt behind `port`, as a bridge does when a port goes down. */
  forgetPort(port: number): void {
    this.keep((entry) => entry.port !== port);
  }

  /** The entries that have not aged, in order of address and VLAN. */
  list(now: Instant): readonly ForwardingEntry[] {
    this.keep((entry) => now - entry.seenAt < this.ageing);
    const all: ForwardingEntry[] = [];
    for (const head of this.buckets) {
      for (let entry = head; entry !== null; entry = entry.next) all.push(entry);
    }
    return all.sort((one, other) => one.mac - other.mac || one.vlan - other.vlan);
  }

  private bucketOf(mac: MacAddress, vlan: number): number {
    // `| 0` keeps the low 32 bits of the address: vendors number their cards there
    const mixed = Math.imul((mac | 0) ^ Math.imul(vlan, 0x3d4d51cb), 0x9e3779b1);
    return (mixed ^ (mixed >>> 15)) & (this.buckets.length - 1);
  }

  /** Throws aged entries out, then grows if that was not enough; false when the table may not grow. */
  private makeRoom(now: Instant): boolean {
    if (now < this.fullUntil) return false;
    if (this.count > 0) this.keep((entry) => now - entry.seenAt < this.ageing);
    if (this.count * 2 < this.buckets.length) return true;
    if (this.count >= ENTRY_COUNT_MAX) {
      this.fullUntil = now + FULL_SEARCH_INTERVAL;
      return false;
    }
    this.rehash(Math.max(SMALLEST_SIZE, this.buckets.length * 2));
    return true;
  }

  private rehash(size: number): void {
    const old = this.buckets;
    this.buckets = emptyPlaces(size);
    for (const head of old) {
      let entry = head;
      while (entry !== null) {
        const next: ForwardingEntry | null = entry.next;
        const bucket = this.bucketOf(entry.mac, entry.vlan);
        entry.next = this.buckets[bucket] as ForwardingEntry | null;
        this.buckets[bucket] = entry;
        entry = next;
      }
    }
  }

  private keep(wanted: (entry: ForwardingEntry) => boolean): void {
    for (let i = 0; i < this.buckets.length; i++) {
      let entry = this.buckets[i] as ForwardingEntry | null;
      let kept: ForwardingEntry | null = null;
      while (entry !== null) {
        const next: ForwardingEntry | null = entry.next;
        if (wanted(entry)) {
          entry.next = kept;
          kept = entry;
        } else {
          entry.port = FORGOTTEN;
          this.count--;
        }
        entry = next;
      }
      this.buckets[i] = kept;
    }
  }
}
