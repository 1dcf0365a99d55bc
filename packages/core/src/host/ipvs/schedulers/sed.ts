/**
 * Shortest expected delay (`ip_vs_sed.c`): the smallest (active + 1) / weight; a tie keeps the earlier. UDP
 * connections are never active, so for UDP it is the first server of the largest weight.
 */
import type { Destination } from "../destination.ts";
import type { SchedulerFactory } from "../scheduler.ts";
import { LeastLoaded } from "./least-loaded.ts";

class ShortestExpectedDelay extends LeastLoaded {
  loadOf(server: Destination): number {
    return server.activeConnections + 1;
  }
}

export const sed: SchedulerFactory = (pool) => new ShortestExpectedDelay(pool);
