/**
 * Locality-based least-connection scheduling (`ip_vs_lblc.c`), made for caches behind a transparent proxy: an address
 * keeps its server as long as that one is there, has a weight and is not saturated; else wlc chooses. A server that
 * reached its upper threshold keeps the addresses that it has.
 */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { Destination } from "../destination.ts";
import type { SchedulerFactory, SchedulingRequest } from "../scheduler.ts";
import { AffinityEntry } from "./affinity-cache.ts";
import { LocalityBased } from "./locality-based.ts";
import { isSaturated } from "./saturation.ts";

class ServerOfAddress extends AffinityEntry {
  readonly server: Destination;

  constructor(address: Ipv4Address, now: number, server: Destination) {
    super(address, now);
    this.server = server;
    server.cacheEntries++;
  }

  release(): void {
    this.server.cacheEntries--;
  }
}

class LocalityBasedLeastConnection extends LocalityBased<ServerOfAddress> {
  select(request: SchedulingRequest): Destination | null {
    const { cache } = this;
    const now = this.environment.engine.timers.jiffies;
    const entry = cache.find(request.packetDestination);
    if (entry !== null) {
      entry.lastUse = now;
      const { server } = entry;
      const usable = server.available && server.weight > 0;
      if (usable && !isSaturated(server, this.pool.destinations)) return server;
    }
    const server = this.leastLoaded.select();
    if (server === null || entry?.server === server) return server;
    if (entry !== null) cache.remove(entry);
    if (!cache.full) cache.add(new ServerOfAddress(request.packetDestination, now, server));
    return server;
  }
}

export const lblc: SchedulerFactory = (pool, environment) =>
  new LocalityBasedLeastConnection(pool, environment, "lblc_expiration");
