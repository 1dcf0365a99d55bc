/**
 * Shortest expected delay (`ip_vs_sed.c`): the smallest (active + 1) / weight; a tie keeps the earlier. UDP
 * connections are never active, so for UDP it is the first server of the largest weight.
 */
import type { Destination } from "../destination.ts";
import type { Scheduler, SchedulerFactory, ServerPool } from "../scheduler.ts";

class ShortestExpectedDelay implements Scheduler {
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
      const load = server.activeConnections + 1;
      if (least === null || leastLoad * server.weight > load * least.weight) {
        least = server;
        leastLoad = load;
      }
    }
    return least;
  }
}

export const sed: SchedulerFactory = (pool) => new ShortestExpectedDelay(pool);
