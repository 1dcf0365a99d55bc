/**
 * What lblc and lblcr have in common: a memory of what was decided for an address, and wlc, which decides where there is
 * none. One remembers a server, the other a set of servers.
 */
import type { Destination } from "../destination.ts";
import type {
  PoolChange,
  Scheduler,
  SchedulerEnvironment,
  SchedulingRequest,
  ServerPool,
} from "../scheduler.ts";
import { AffinityCache, type AffinityEntry } from "./affinity-cache.ts";
import { WeightedLeastConnection } from "./wlc.ts";

export abstract class LocalityBased<Entry extends AffinityEntry> implements Scheduler {
  protected readonly pool: ServerPool;
  protected readonly environment: SchedulerEnvironment;
  protected readonly leastLoaded: WeightedLeastConnection;
  protected readonly cache: AffinityCache<Entry>;

  /** `expiration` is the sysctl that says for how many seconds an entry without use stays. */
  constructor(
    pool: ServerPool,
    environment: SchedulerEnvironment,
    expiration: "lblc_expiration" | "lblcr_expiration",
  ) {
    this.pool = pool;
    this.environment = environment;
    this.leastLoaded = new WeightedLeastConnection(pool, environment);
    this.cache = new AffinityCache(environment.engine, () => environment.sysctls[expiration]);
  }

  abstract select(request: SchedulingRequest): Destination | null;

  changed(change: PoolChange): void {
    this.leastLoaded.changed(change);
  }

  close(): void {
    this.leastLoaded.close();
    this.cache.close();
  }
}
