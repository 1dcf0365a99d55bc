/** Round-robin scheduling (`ip_vs_rr.c`). Weights matter only in that 0 quiesces a server. */
import type { Destination } from "../destination.ts";
import type { PoolChange, Scheduler, SchedulerFactory, ServerPool } from "../scheduler.ts";

class RoundRobin implements Scheduler {
  private readonly pool: ServerPool;
  /** Place of the server chosen last; −1 stands for the head of the list. */
  private last = -1;

  constructor(pool: ServerPool) {
    this.pool = pool;
  }

  select(): Destination | null {
    const servers = this.pool.destinations;
    const count = servers.length;
    let at = this.last;
    for (let left = count; left > 0; left--) {
      if (++at >= count) at = 0;
      const server = servers[at] as Destination;
      if (server.usableWeight > 0) {
        this.last = at;
        return server;
      }
    }
    return null;
  }

  /** Keeps its finger on the same server; on the one before it when that very server goes. */
  changed(change: PoolChange, _server: Destination, index: number): void {
    if (change === "added" && index <= this.last) this.last++;
    if (change === "deleted" && index <= this.last) this.last--;
  }
}

export const rr: SchedulerFactory = (pool) => new RoundRobin(pool);
