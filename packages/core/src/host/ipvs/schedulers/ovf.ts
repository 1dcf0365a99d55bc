/**
 * Overflow (`ip_vs_ovf.c`): the server of the largest weight whose active connections do not exceed its weight, so a
 * weight of 1 takes two. UDP connections are never active and never fill it.
 */
import type { Destination } from "../destination.ts";
import type { Scheduler, SchedulerFactory, ServerPool } from "../scheduler.ts";

class Overflow implements Scheduler {
  private readonly pool: ServerPool;

  constructor(pool: ServerPool) {
    this.pool = pool;
  }

  select(): Destination | null {
    const servers = this.pool.destinations;
    let highest: Destination | null = null;
    let weight = 0;
    for (let i = 0; i < servers.length; i++) {
      const server = servers[i] as Destination;
      if (server.overloaded || server.activeConnections > server.weight) continue;
      if (server.weight <= weight) continue;
      highest = server;
      weight = server.weight;
    }
    return highest;
  }
}

export const ovf: SchedulerFactory = (pool) => new Overflow(pool);
