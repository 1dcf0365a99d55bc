/**
 * Source hashing (`ip_vs_sh.c`): the client's address (with sh-port its port too) picks one of 256 buckets. Servers
 * fill the buckets in list order, as many in a row as their weight, at least one even for weight 0, over and over.
 * A client of an unusable server gets none, unless sh-fallback looks on from twice the home bucket.
 */
import type { Destination } from "../destination.ts";
import {
  type Scheduler,
  type SchedulerFactory,
  SchedulerFlag,
  type SchedulingRequest,
  type ServerPool,
} from "../scheduler.ts";
import { clientPortOf } from "./client-port.ts";
import { HASH_BITS, HASH_SIZE, hash32 } from "./hash.ts";

const isUsable = (server: Destination): boolean => server.usableWeight > 0;

class SourceHashing implements Scheduler {
  private readonly pool: ServerPool;
  private buckets: Destination[] = [];

  constructor(pool: ServerPool) {
    this.pool = pool;
    this.changed();
  }

  select(request: SchedulingRequest): Destination | null {
    const flags = this.pool.schedulerFlags;
    const withPort = (flags & SchedulerFlag.port) !== 0;
    const key = request.clientAddress + (withPort ? clientPortOf(request) : 0);
    const home = hash32(key | 0, HASH_BITS);
    const server = this.buckets[home];
    if (server === undefined) return null;
    if (isUsable(server)) return server;
    return (flags & SchedulerFlag.fallback) === 0 ? null : this.fallBack(home);
  }

  changed(): void {
    const servers = this.pool.destinations;
    const buckets: Destination[] = [];
    for (let turn = 0; servers.length > 0 && buckets.length < HASH_SIZE; turn++) {
      const server = servers[turn % servers.length] as Destination;
      const share = Math.max(server.weight, 1);
      for (let i = 0; i < share && buckets.length < HASH_SIZE; i++) buckets.push(server);
    }
    this.buckets = buckets;
  }

  /** The probe starts at the home bucket, counted from the home bucket. */
  private fallBack(home: number): Destination | null {
    for (let offset = 0; offset < HASH_SIZE; offset++) {
      const server = this.buckets[(offset + 2 * home) % HASH_SIZE] as Destination;
      if (isUsable(server)) return server;
    }
    return null;
  }
}

export const sh: SchedulerFactory = (pool) => new SourceHashing(pool);
