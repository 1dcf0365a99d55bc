/**
 * What lc, wlc, sed and nq have in common: the usable server of the least load for its share, the earlier of a tie.
 * A short list is scanned as the kernel does; a long one has a tournament tree, which decides the same.
 */
import type { Destination } from "../destination.ts";
import type { PoolChange, Scheduler, ServerPool } from "../scheduler.ts";
import { type Measure, Tournament } from "./tournament.ts";

/** Servers up to which a scan is no slower than the tree. */
const SCANNED_MAX = 32;

export abstract class LeastLoaded implements Scheduler, Measure {
  private readonly pool: ServerPool;
  /** Made at the first decision after a change of the list. */
  private tournament: Tournament | null = null;

  constructor(pool: ServerPool) {
    this.pool = pool;
  }

  abstract loadOf(server: Destination): number;

  /** The loads are compared without dividing: a / b < c / d as a · d < c · b. */
  shareOf(server: Destination): number {
    return server.usableWeight;
  }

  select(): Destination | null {
    const servers = this.pool.destinations;
    if (servers.length > SCANNED_MAX) {
      this.tournament ??= new Tournament(servers, this);
      return this.tournament.winner();
    }
    let least: Destination | null = null;
    // more than any load for its share
    let leastLoad = 1;
    let leastShare = 0;
    for (let i = 0; i < servers.length; i++) {
      const server = servers[i] as Destination;
      if (server.usableWeight === 0) continue;
      const load = this.loadOf(server);
      const share = this.shareOf(server);
      if (leastLoad * share > load * leastShare) {
        least = server;
        leastLoad = load;
        leastShare = share;
      }
    }
    return least;
  }

  changed(change: PoolChange): void {
    // of an edit the tournament hears from the server
    if (change !== "edited") this.close();
  }

  close(): void {
    this.tournament?.close();
    this.tournament = null;
  }
}
