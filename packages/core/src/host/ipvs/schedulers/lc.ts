/** Least-connection scheduling (`ip_vs_lc.c`): the smallest load, whatever the weights; a tie keeps the earlier. */
import type { Destination } from "../destination.ts";
import type { SchedulerEnvironment, SchedulerFactory, ServerPool } from "../scheduler.ts";
import { LeastLoaded } from "./least-loaded.ts";
import { activeWeightOf, overhead } from "./overhead.ts";

class LeastConnection extends LeastLoaded {
  private readonly activeWeight: number;

  constructor(pool: ServerPool, environment: SchedulerEnvironment) {
    super(pool);
    this.activeWeight = activeWeightOf(environment);
  }

  loadOf(server: Destination): number {
    return overhead(server, this.activeWeight);
  }

  override shareOf(): number {
    return 1;
  }
}

export const lc: SchedulerFactory = (pool, environment) => new LeastConnection(pool, environment);
