/**
 * What a namespace learnt about single destinations (the kernel's next-hop exceptions, `fib_nh_exception`): a path
 * MTU from ICMP fragmentation-needed, and a better gateway from a redirect. Left out: eviction by hash depth.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { type Duration, type Instant, later, seconds } from "../../time/instant.ts";

/** net.ipv4.route.mtu_expires. */
const MTU_LIFETIME: Duration = seconds(600);
/** net.ipv4.route.min_pmtu. */
const MTU_MIN = 552;
const ENTRIES_MAX = 4096;

interface PathEntry {
  mtu: number;
  mtuExpires: Instant;
  gateway: Ipv4Address;
}

export class PathCache {
  /** Grows with every lesson: what was kept from before may be out of date. */
  generation = 0;
  private entries: Map<Ipv4Address, PathEntry> | null = null;

  /** Whether nothing was ever learnt: the usual case, one test on the forwarding path. */
  get empty(): boolean {
    return this.entries === null;
  }

  /** The path MTU learnt for `destination`; 0 when none is known at `now`. */
  mtu(destination: Ipv4Address, now: Instant): number {
    const entry = this.entries?.get(destination);
    return entry === undefined || entry.mtuExpires <= now ? 0 : entry.mtu;
  }

  /** When that MTU is forgotten; 0 when none is known. */
  mtuExpires(destination: Ipv4Address): number {
    return this.entries?.get(destination)?.mtuExpires ?? 0;
  }

  /** The gateway that a redirect named for `destination`; 0 when there is none. */
  gateway(destination: Ipv4Address): Ipv4Address {
    return this.entries?.get(destination)?.gateway ?? (0 as Ipv4Address);
  }

  /** Takes a next-hop MTU from an ICMP error; values below the minimum count as the minimum. */
  learnMtu(destination: Ipv4Address, mtu: number, now: Instant): void {
    const entry = this.entry(destination);
    const bounded = Math.max(mtu, MTU_MIN);
    if (entry.mtuExpires > now && entry.mtu <= bounded) return;
    entry.mtu = bounded;
    entry.mtuExpires = later(now, MTU_LIFETIME);
  }

  learnGateway(destination: Ipv4Address, gateway: Ipv4Address): void {
    this.entry(destination).gateway = gateway;
  }

  /** Forgets everything, as a change of routes does (`rt_cache_flush`). */
  flush(): void {
    if (this.entries !== null) this.generation++;
    this.entries = null;
  }

  private entry(destination: Ipv4Address): PathEntry {
    this.generation++;
    this.entries ??= new Map();
    let entry = this.entries.get(destination);
    if (entry === undefined) {
      if (this.entries.size >= ENTRIES_MAX) this.entries.clear();
      entry = { mtu: 0, mtuExpires: 0 as Instant, gateway: 0 as Ipv4Address };
      this.entries.set(destination, entry);
    }
    return entry;
  }
}
