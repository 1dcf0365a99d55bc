/** Weighted least-connection scheduling (`ip_vs_wlc.c`): the smallest load for its weight; a tie keeps the earlier. */
import type { Destination } from "../destination.ts";
import type { SchedulerEnvironment, SchedulerFactory, ServerPool } from "../scheduler.ts";
import { LeastLoaded } from "./least-loaded.ts";
import { activeWeightOf, overhead } from "./overhead.ts";

export class WeightedLeastConnection extends LeastLoaded {
  private readonly activeWeight: number;

  constructor(pool: ServerPool, environment: SchedulerEnvironment) {
    super(pool);
    this.activeWeight = activeWeightOf(environment);
  }

  loadOf(server: Destination): number {
    return overhead(server, this.activeWeight);
  }

  /** Whether `server` has less load for its weight than `other`. */
  isLess(server: Destination, other: Destination): boolean {
    return this.loadOf(other) * server.weight > this.loadOf(server) * other.weight;
  }
}

export const wlc: SchedulerFactory = (pool, environment) =>
  new WeightedLeastConnection(pool, environment);
