/** Weighted least-connection scheduling (`ip_vs_wlc.c`): the smallest load for its weight; a tie keeps the earlier. */
import type { Destination } from "../destination.ts";
import type {
  Scheduler,
  SchedulerEnvironment,
  SchedulerFactory,
  ServerPool,
} from "../scheduler.ts";
import { activeWeightOf, overhead } from "./overhead.ts";

class WeightedLeastConnection implements Scheduler {
  private readonly pool: ServerPool;
  private readonly activeWeight: number;

  constructor(pool: ServerPool, environment: SchedulerEnvironment) {
    this.pool = pool;
    this.activeWeight = activeWeightOf(environment);
  }

  select(): Destination | null {
    const servers = this.pool.destinations;
    let least: Destination | null = null;
    let leastLoad = 0;
    for (let i = 0; i < servers.length; i++) {
      const server = servers[i] as Destination;
      if (server.overloaded || server.weight === 0) continue;
      const load = overhead(server, this.activeWeight);
      // load / weight without dividing
      if (least === null || leastLoad * server.weight > load * least.weight) {
        least = server;
        leastLoad = load;
      }
    }
    return least;
  }
}

export const wlc: SchedulerFactory = (pool, environment) =>
  new WeightedLeastConnection(pool, environment);
