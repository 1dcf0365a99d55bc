/** Weighted failover (`ip_vs_fo.c`): the server of the largest weight; a tie keeps the earlier. */
import type { Destination } from "../destination.ts";
import type { Scheduler, SchedulerFactory, ServerPool } from "../scheduler.ts";

class Failover implements Scheduler {
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
      if (server.overloaded || server.weight <= weight) continue;
      highest = server;
      weight = server.weight;
    }
    return highest;
  }
}

export const fo: SchedulerFactory = (pool) => new Failover(pool);
