/** All neighbour entries of a namespace: a chained hash by device and address, and a list in order of making. */
import { emptyPlaces } from "../../base/empty-places.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { NeighbourEntry } from "./neighbour-entry.ts";
import { NeighbourState } from "./neighbour-state.ts";

const SMALLEST_SIZE = 8;

/** The one bucket of a store without entries. */
const EMPTY: (NeighbourEntry | null)[] = new Array<NeighbourEntry | null>(1).fill(null);

export class NeighbourStore {
  /** All entries. */
  size = 0;
  oldest: NeighbourEntry | null = null;
  private newest: NeighbourEntry | null = null;
  private buckets = EMPTY;

  find(device: number, address: Ipv4Address): NeighbourEntry | null {
    const buckets = this.buckets;
    let entry = buckets[hash(device, address) & (buckets.length - 1)] as NeighbourEntry | null;
    while (entry !== null && (entry.address !== address || entry.deviceIndex !== device)) {
      entry = entry.chained;
    }
    return entry;
  }

  /** Adds an entry that is not there yet. */
  add(entry: NeighbourEntry): void {
    if (this.buckets === EMPTY || this.size >= this.buckets.length) this.grow();
    this.chain(entry);
    entry.older = this.newest;
    if (this.newest === null) this.oldest = entry;
    else this.newest.newer = entry;
    this.newest = entry;
    this.size++;
  }

  remove(entry: NeighbourEntry): void {
    this.unchain(entry);
    if (entry.older === null) this.oldest = entry.newer;
    else entry.older.newer = entry.newer;
    if (entry.newer === null) this.newest = entry.older;
    else entry.newer.older = entry.older;
    entry.older = null;
    entry.newer = null;
    this.size--;
  }

  /** Entries that count against the thresholds: all but permanent and externally learnt ones. */
  collectableCount(): number {
    let count = 0;
    for (let entry = this.oldest; entry !== null; entry = entry.newer) {
      if (entry.state !== NeighbourState.permanent && !entry.externallyLearnt) count++;
    }
    return count;
  }

  private chain(entry: NeighbourEntry): void {
    const bucket = hash(entry.device.index, entry.address) & (this.buckets.length - 1);
    entry.chained = this.buckets[bucket] as NeighbourEntry | null;
    this.buckets[bucket] = entry;
  }

  private unchain(entry: NeighbourEntry): void {
    const bucket = hash(entry.device.index, entry.address) & (this.buckets.length - 1);
    let at = this.buckets[bucket] as NeighbourEntry;
    if (at === entry) this.buckets[bucket] = entry.chained;
    else {
      while (at.chained !== entry) at = at.chained as NeighbourEntry;
      at.chained = entry.chained;
    }
    entry.chained = null;
  }

  private grow(): void {
    const size = Math.max(SMALLEST_SIZE, this.buckets.length * 2);
    this.buckets = emptyPlaces(size);
    for (let entry = this.oldest; entry !== null; entry = entry.newer) this.chain(entry);
  }
}

function hash(device: number, address: Ipv4Address): number {
  const mixed = Math.imul(address ^ Math.imul(device, 0x3d4d51cb), 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
