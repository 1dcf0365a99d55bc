/**
 * Who owns a flow (`tcp_hashinfo`'s ehash): connections and requests that wait for the last ACK, found by addresses and
 * ports. Chained hash with the links inside the entries; made at the first insertion, grown when crowded. TIME_WAITs, which
 * Linux keeps in the same hash, have a table of their own (time-wait-table.ts): a flow is in one of the two.
 */
import { emptyPlaces } from "../../../base/empty-places.ts";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { TcpState } from "../socket.ts";

/** The classes of entries have these fields first and in this order, where V8 then reads them without asking which it is. */
export interface FlowEntry {
  readonly localAddress: Ipv4Address;
  readonly remoteAddress: Ipv4Address;
  readonly localPort: number;
  readonly remotePort: number;
  /** The table's own, as long as it is in it: its hash, and the next in its chain. */
  flowHash: number;
  nextInBucket: FlowEntry | null;
  /** `newSynReceived` for a request, and only for one. */
  readonly state: TcpState;
}

const FIRST_SIZE = 16;
const GROWTH = 4;

/**
 * One port is chosen after the other, mostly every other one: such flows lie in chains side by side, where the processor has
 * fetched them already.
 */
export const hashOf = (
  local: number,
  remote: number,
  localPort: number,
  remotePort: number,
): number => {
  const h = Math.imul(remote ^ Math.imul(local, 0x9e3779b1), 0x85ebca6b);
  return ((h ^ (h >>> 15)) + ((localPort + remotePort) >>> 1)) | 0;
};

/** How many chains so many flows are spread over. */
export function chainsFor(flows: number): number {
  let chains = FIRST_SIZE;
  while (flows > 2 * chains) chains *= GROWTH;
  return chains;
}

export class FlowTable {
  size = 0;
  private buckets: (FlowEntry | null)[] | null = null;

  find(
    local: Ipv4Address,
    remote: Ipv4Address,
    localPort: number,
    remotePort: number,
  ): FlowEntry | null {
    const buckets = this.buckets;
    if (buckets === null) return null;
    const hash = hashOf(local, remote, localPort, remotePort);
    let entry = buckets[hash & (buckets.length - 1)] as FlowEntry | null;
    while (entry !== null) {
      if (
        entry.remotePort === remotePort &&
        entry.remoteAddress === remote &&
        entry.localPort === localPort &&
        entry.localAddress === local
      )
        return entry;
      entry = entry.nextInBucket;
    }
    return null;
  }

  add(entry: FlowEntry): void {
    let buckets = this.buckets;
    if (buckets === null) buckets = this.buckets = emptyPlaces(FIRST_SIZE);
    else if (this.size >= 2 * buckets.length) buckets = this.grow(buckets);
    const { localAddress, remoteAddress, localPort, remotePort } = entry;
    entry.flowHash = hashOf(localAddress, remoteAddress, localPort, remotePort);
    this.link(buckets, entry);
    this.size++;
  }

  /** Puts `entry` into the table instead of `old`, an entry of the same flow; whether that one was there. */
  replace(old: FlowEntry, entry: FlowEntry): boolean {
    entry.flowHash = old.flowHash;
    entry.nextInBucket = old.nextInBucket;
    return this.put(old, entry);
  }

  /** Whether it was there. */
  remove(entry: FlowEntry): boolean {
    if (!this.put(entry, entry.nextInBucket)) return false;
    this.size--;
    return true;
  }

  /** Has `entry` in the place of `old`, if that is in its chain. */
  private put(old: FlowEntry, entry: FlowEntry | null): boolean {
    const { buckets } = this;
    if (buckets === null) return false;
    const at = old.flowHash & (buckets.length - 1);
    const first = buckets[at] as FlowEntry | null;
    if (first === old) buckets[at] = entry;
    else if (!putBehind(first, old, entry)) return false;
    old.nextInBucket = null;
    return true;
  }

  /** Calls `visit` for every entry; the order is that of the hash. */
  forEach(visit: (entry: FlowEntry) => void): void {
    for (const first of this.buckets ?? [])
      for (let entry: FlowEntry | null = first; entry !== null; entry = entry.nextInBucket)
        visit(entry);
  }

  private link(buckets: (FlowEntry | null)[], entry: FlowEntry): void {
    const at = entry.flowHash & (buckets.length - 1);
    entry.nextInBucket = buckets[at] as FlowEntry | null;
    buckets[at] = entry;
  }

  private grow(old: (FlowEntry | null)[]): (FlowEntry | null)[] {
    const buckets: (FlowEntry | null)[] = emptyPlaces(GROWTH * old.length);
    for (let i = 0; i < old.length; i++)
      for (let entry = old[i] as FlowEntry | null; entry !== null; ) {
        const next: FlowEntry | null = entry.nextInBucket;
        this.link(buckets, entry);
        entry = next;
      }
    this.buckets = buckets;
    return buckets;
  }
}

/** The same in a chain that begins with `first`, another entry. */
function putBehind(first: FlowEntry | null, old: FlowEntry, entry: FlowEntry | null): boolean {
  let previous = first;
  while (previous !== null && previous.nextInBucket !== old) previous = previous.nextInBucket;
  if (previous === null) return false;
  previous.nextInBucket = entry;
  return true;
}
