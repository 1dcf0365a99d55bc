/** Never queue (`ip_vs_nq.c`): the first server without active connections, whatever its weight; else as sed. */
import type { Destination } from "../destination.ts";
import type { Scheduler, SchedulerFactory, ServerPool } from "../scheduler.ts";

class NeverQueue implements Scheduler {
  private readonly pool: ServerPool;

  constructor(pool: ServerPool) {
    this.pool = pool;
  }

  select(): Destination | null {
    const servers = this.pool.destinations;
    let least: Destination | null = null;
    let leastLoad = 0;
    for (let i = 0; i < servers.length; i++) {
      const server = servers[i] as Destination;
      if (server.overloaded || server.weight === 0) continue;
      if (server.activeConnections === 0) return server;
      const load = server.activeConnections + 1;
      if (least === null || leastLoad * server.weight > load * least.weight) {
        least = server;
        leastLoad = load;
      }
    }
    return least;
  }
}

export const nq: SchedulerFactory = (pool) => new NeverQueue(pool);
