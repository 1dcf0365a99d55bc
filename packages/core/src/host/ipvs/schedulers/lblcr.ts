/**
 * Locality-based least-connection scheduling with replication (`ip_vs_lblcr.c`): as lblc, but an address has a set of
 * servers. The least loaded of them takes the connection unless it is saturated; then wlc's choice joins the set. A
 * set of several that stayed as it was for `vs.lblcr_expiration` loses its most loaded server at the next connection.
 */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { Destination } from "../destination.ts";
import type { SchedulerFactory, SchedulingRequest } from "../scheduler.ts";
import { AffinityEntry, JIFFIES_PER_SECOND } from "./affinity-cache.ts";
import { LocalityBased } from "./locality-based.ts";
import { isSaturated } from "./saturation.ts";
import type { WeightedLeastConnection } from "./wlc.ts";

class ServersOfAddress extends AffinityEntry {
  /** The one that joined last is the first. */
  private readonly servers: Destination[] = [];
  /** When a server joined or left last, in jiffies. */
  private changedAt: number;

  constructor(address: Ipv4Address, now: number) {
    super(address, now);
    this.changedAt = now;
  }

  add(server: Destination, now: number): void {
    if (this.servers.includes(server)) return;
    this.servers.unshift(server);
    server.cacheEntries++;
    this.changedAt = now;
  }

  /** The first usable one of the least load; null when none is. */
  least(measure: WeightedLeastConnection): Destination | null {
    let least: Destination | null = null;
    for (const server of this.servers) {
      if (!server.available || server.weight === 0 || server.overloaded) continue;
      if (least === null || measure.isLess(server, least)) least = server;
    }
    return least;
  }

  /** Lets the most loaded go, whether it may be used or not, if there are several and nothing changed for long. */
  shrink(measure: WeightedLeastConnection, now: number, expirationSeconds: number): void {
    if (this.servers.length <= 1) return;
    if (now <= this.changedAt + expirationSeconds * JIFFIES_PER_SECOND) return;
    let most: Destination | null = null;
    for (const server of this.servers) {
      if (server.weight === 0) continue;
      if (most === null || measure.isLess(most, server)) most = server;
    }
    if (most === null) return;
    this.servers.splice(this.servers.indexOf(most), 1);
    most.cacheEntries--;
    this.changedAt = now;
  }

  release(): void {
    for (const server of this.servers) server.cacheEntries--;
  }
}

class LocalityBasedLeastConnectionWithReplication extends LocalityBased<ServersOfAddress> {
  select(request: SchedulingRequest): Destination | null {
    const { engine, sysctls } = this.environment;
    const now = engine.timers.jiffies;
    const entry = this.cache.find(request.packetDestination);
    if (entry !== null) {
      entry.lastUse = now;
      const member = entry.least(this.leastLoaded);
      entry.shrink(this.leastLoaded, now, sysctls.lblcr_expiration);
      // also one that has just left the set
      if (member !== null && !isSaturated(member, this.pool.destinations)) return member;
    }
    const server = this.leastLoaded.select();
    if (server !== null) this.remember(entry, request.packetDestination, server, now);
    return server;
  }

  private remember(
    known: ServersOfAddress | null,
    address: Ipv4Address,
    server: Destination,
    now: number,
  ): void {
    let entry = known;
    if (entry === null) {
      if (this.cache.full) return;
      entry = new ServersOfAddress(address, now);
      this.cache.add(entry);
    }
    entry.add(server, now);
  }
}

export const lblcr: SchedulerFactory = (pool, environment) =>
  new LocalityBasedLeastConnectionWithReplication(pool, environment, "lblcr_expiration");
