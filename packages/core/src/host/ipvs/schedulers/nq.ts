/** Never queue (`ip_vs_nq.c`): the first server without active connections, whatever its weight; else as sed. */
import type { Destination } from "../destination.ts";
import type { SchedulerFactory } from "../scheduler.ts";
import { LeastLoaded } from "./least-loaded.ts";

class NeverQueue extends LeastLoaded {
  /** An idle server has no load at all, and the first of all without a load wins. */
  loadOf(server: Destination): number {
    const active = server.activeConnections;
    return active === 0 ? 0 : active + 1;
  }
}

export const nq: SchedulerFactory = (pool) => new NeverQueue(pool);
