/**
 * Destination hashing (`ip_vs_dh.c`): the packet's destination address picks one of 256 buckets, and bucket k holds
 * server k mod n. Weights are ignored but for 0; an edit does not fill the table again.
 */
import type { Destination } from "../destination.ts";
import type {
  PoolChange,
  Scheduler,
  SchedulerFactory,
  SchedulingRequest,
  ServerPool,
} from "../scheduler.ts";
import { HASH_BITS, HASH_SIZE, hash32 } from "./hash.ts";

class DestinationHashing implements Scheduler {
  private readonly pool: ServerPool;
  private buckets: (Destination | null)[] = [];

  constructor(pool: ServerPool) {
    this.pool = pool;
    this.fill();
  }

  select(request: SchedulingRequest): Destination | null {
    const server = this.buckets[hash32(request.packetDestination, HASH_BITS)] ?? null;
    if (server === null || !server.available || server.weight <= 0 || server.overloaded)
      return null;
    return server;
  }

  changed(change: PoolChange): void {
    if (change !== "edited") this.fill();
  }

  private fill(): void {
    const servers = this.pool.destinations;
    this.buckets = Array.from(
      { length: HASH_SIZE },
      (_, bucket) => servers[bucket % servers.length] ?? null,
    );
  }
}

export const dh: SchedulerFactory = (pool) => new DestinationHashing(pool);
