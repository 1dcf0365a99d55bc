/**
 * What a namespace learnt about single destinations (the kernel's next-hop exceptions, `fib_nh_exception`): a path
 * MTU from ICMP fragmentation-needed, and a better gateway from a redirect. Left out: eviction by hash depth.
 */
import { Generation } from "../../base/generation.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { type Duration, type Instant, later, seconds } from "../../time/instant.ts";

/** net.ipv4.route.gc_timeout: how long a redirect counts. */
const REDIRECT_LIFETIME: Duration = seconds(300);
const ENTRIES_MAX = 4096;

interface PathEntry {
  /** 0 for none. */
  mtu: number;
  /** 0 for none. */
  gateway: Ipv4Address;
  /** When all of it is forgotten. */
  expires: Instant;
}

export class PathCache {
  /** Grows with every lesson: what was kept from before may be out of date. */
  private readonly generation: Generation;
  private entries: Map<Ipv4Address, PathEntry> | null = null;
  private minMtu = 552;
  private mtuLifetime: Duration = seconds(600);

  constructor(generation = new Generation()) {
    this.generation = generation;
  }

  /** net.ipv4.route.min_pmtu in octets, and mtu_expires in seconds. */
  bound(minMtu: number, mtuExpires: number): void {
    this.minMtu = minMtu;
    this.mtuLifetime = seconds(mtuExpires);
  }

  /** Whether nothing was ever learnt: the usual case, one test on the forwarding path. */
  get empty(): boolean {
    return this.entries === null;
  }

  /** The path MTU learnt for `destination`; 0 when none is known at `now`. */
  mtu(destination: Ipv4Address, now: Instant): number {
    return this.at(destination, now)?.mtu ?? 0;
  }

  /** When what is known of `destination` is forgotten; 0 when nothing is. */
  expires(destination: Ipv4Address): number {
    return this.entries?.get(destination)?.expires ?? 0;
  }

  /** The gateway that a redirect named for `destination`; 0 when there is none. */
  gateway(destination: Ipv4Address, now: Instant): Ipv4Address {
    return this.at(destination, now)?.gateway ?? (0 as Ipv4Address);
  }

  /** Takes a next-hop MTU from an ICMP error; values below the minimum count as the minimum. */
  learnMtu(destination: Ipv4Address, mtu: number, now: Instant): void {
    const bounded = Math.max(mtu, this.minMtu);
    const known = this.mtu(destination, now);
    if (known !== 0 && known <= bounded) return;
    const entry = this.entry(destination, now);
    entry.mtu = bounded;
    entry.expires = later(now, this.mtuLifetime);
  }

  learnGateway(destination: Ipv4Address, gateway: Ipv4Address, now: Instant): void {
    const entry = this.entry(destination, now);
    entry.gateway = gateway;
    entry.expires = later(now, REDIRECT_LIFETIME);
  }

  /** Forgets everything, as a change of routes does (`rt_cache_flush`). */
  flush(): void {
    if (this.entries !== null) this.generation.value++;
    this.entries = null;
  }

  private at(destination: Ipv4Address, now: Instant): PathEntry | undefined {
    const entry = this.entries?.get(destination);
    return entry !== undefined && entry.expires > now ? entry : undefined;
  }

  private entry(destination: Ipv4Address, now: Instant): PathEntry {
    this.generation.value++;
    this.entries ??= new Map();
    let entry = this.at(destination, now);
    if (entry === undefined) {
      if (this.entries.size >= ENTRIES_MAX) this.entries.clear();
      entry = { mtu: 0, gateway: 0 as Ipv4Address, expires: now };
      this.entries.set(destination, entry);
    }
    return entry;
  }
}
