/**
 * The table of lblc and lblcr: by the packet's destination address, what was decided for it last. Entries go when
 * nobody asked for them for long; every 60 s a collector looks (`ip_vs_lblc_check_expire`): in every 30th of its turns
 * at the whole table, else, only when there are more than 16,384 entries, at as many chains as it takes.
 * At one and a half times that number no entry is added.
 *
 * Left out: nothing that a packet could see. The kernel's order within a chain, newest first, is kept.
 */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { Engine } from "../../../time/engine.ts";
import { later, seconds } from "../../../time/instant.ts";
import { Timer } from "../../../time/timer.ts";
import { JIFFY } from "../../../time/timer-wheel.ts";
import { hash32 } from "./hash.ts";

const BITS = 10;
const SIZE = 1 << BITS;
const ENTRIES_MAX = SIZE * 16;
const REFUSED_FROM = (ENTRIES_MAX * 3) / 2;
const PERIOD = seconds(60);
const TURNS_OF_FULL_SWEEP = 30;
/** In a partial sweep an entry goes after so many seconds without use. */
const IDLE_SECONDS = 360;
export const JIFFIES_PER_SECOND = seconds(1) / JIFFY;

/** What was decided for one address. */
export abstract class AffinityEntry {
  readonly address: Ipv4Address;
  /** In jiffies. */
  lastUse: number;
  /** The next one in its chain, older than this one. */
  next: this | null = null;

  constructor(address: Ipv4Address, now: number) {
    this.address = address;
    this.lastUse = now;
  }

  /** It has left the table and lets go of its servers. */
  abstract release(): void;
}

export class AffinityCache<Entry extends AffinityEntry> extends Timer {
  /** How many entries there are. */
  count = 0;
  private readonly engine: Engine;
  private readonly expirationSeconds: () => number;
  private readonly chains: (Entry | null)[] = new Array(SIZE).fill(null);
  /** Turns of the collector since it looked at everything, from 1. */
  private turn = 1;
  /** The chain that a sweep looked at last. */
  private rover = 0;

  /** `expirationSeconds` reads the sysctl that a full sweep goes by. */
  constructor(engine: Engine, expirationSeconds: () => number) {
    super();
    this.engine = engine;
    this.expirationSeconds = expirationSeconds;
    this.collectLater();
  }

  find(address: Ipv4Address): Entry | null {
    let entry = this.chains[hash32(address, BITS)] as Entry | null;
    while (entry !== null && entry.address !== address) entry = entry.next;
    return entry;
  }

  get full(): boolean {
    return this.count >= REFUSED_FROM;
  }

  /** Adds an entry for an address that has none. */
  add(entry: Entry): void {
    const chain = hash32(entry.address, BITS);
    entry.next = this.chains[chain] as Entry | null;
    this.chains[chain] = entry;
    this.count++;
  }

  remove(entry: Entry): void {
    const chain = hash32(entry.address, BITS);
    this.removeFrom(chain, (candidate) => candidate === entry);
  }

  /** The service has another scheduler now, or is gone. */
  close(): void {
    this.engine.timers.cancel(this);
    for (let chain = 0; chain < SIZE; chain++) this.removeFrom(chain, () => true);
  }

  expire(): void {
    if (this.turn % TURNS_OF_FULL_SWEEP === 0) {
      this.sweep(this.expirationSeconds(), Number.POSITIVE_INFINITY);
      this.turn = 1;
    } else if (this.count <= ENTRIES_MAX) {
      this.turn++;
    } else {
      const surplus = Math.floor(((this.count - ENTRIES_MAX) * 4) / 3);
      this.sweep(IDLE_SECONDS, Math.min(surplus, ENTRIES_MAX / 2));
    }
    this.collectLater();
  }

  private collectLater(): void {
    this.engine.timers.arm(this, later(this.engine.now, PERIOD));
  }

  /** Removes what was not used for `idleSeconds`, chain by chain, until `goal` entries are gone. */
  private sweep(idleSeconds: number, goal: number): void {
    const limit = this.engine.timers.jiffies - idleSeconds * JIFFIES_PER_SECOND;
    let left = goal;
    for (let i = 0; i < SIZE; i++) {
      this.rover = (this.rover + 1) % SIZE;
      left -= this.removeFrom(this.rover, (entry) => entry.lastUse <= limit);
      if (left <= 0) return;
    }
  }

  /** Removes the entries of a chain that `condemned` names; returns how many. */
  private removeFrom(chain: number, condemned: (entry: Entry) => boolean): number {
    let removed = 0;
    let before: Entry | null = null;
    for (let entry = this.chains[chain] as Entry | null; entry !== null; entry = entry.next) {
      if (!condemned(entry)) {
        before = entry;
        continue;
      }
      if (before === null) this.chains[chain] = entry.next;
      else before.next = entry.next;
      entry.release();
      removed++;
    }
    this.count -= removed;
    return removed;
  }
}
