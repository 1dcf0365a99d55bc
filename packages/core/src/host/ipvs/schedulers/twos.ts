/**
 * Weighted random twos choice (`ip_vs_twos.c`): two servers are drawn, each with the chance of its weight, and the
 * less loaded for its weight takes the connection. A draw is uniform from 0 to the sum of weights, both included, so
 * the first usable server of the list has a chance of one more than its weight. The kernel's draws cannot be repeated;
 * they come from the stream of IPVS.
 */
import type { Destination } from "../destination.ts";
import type {
  Scheduler,
  SchedulerEnvironment,
  SchedulerFactory,
  ServerPool,
} from "../scheduler.ts";
import { activeWeightOf, overhead } from "./overhead.ts";

class RandomTwosChoice implements Scheduler {
  private readonly pool: ServerPool;
  private readonly environment: SchedulerEnvironment;
  private readonly activeWeight: number;

  constructor(pool: ServerPool, environment: SchedulerEnvironment) {
    this.pool = pool;
    this.environment = environment;
    this.activeWeight = activeWeightOf(environment);
  }

  select(): Destination | null {
    const servers = this.pool.destinations;
    const { rng } = this.environment;
    let total = 0;
    for (let i = 0; i < servers.length; i++) {
      const server = servers[i] as Destination;
      if (isUsable(server)) total += server.weight;
    }
    if (total === 0) return null;
    const first = drawn(servers, rng.below(total + 1));
    const second = drawn(servers, rng.below(total + 1));
    return this.isLess(second, first) ? second : first;
  }

  /** In 32 bits, as the kernel multiplies here. */
  private isLess(second: Destination, first: Destination): boolean {
    const firstWeighed = Math.imul(second.weight, overhead(first, this.activeWeight));
    return firstWeighed > Math.imul(first.weight, overhead(second, this.activeWeight));
  }
}

const isUsable = (server: Destination): boolean => server.usableWeight > 0;

/** The server in whose share of the sum of weights `draw` falls. */
function drawn(servers: readonly Destination[], draw: number): Destination {
  let left = draw;
  let at = 0;
  for (;;) {
    const server = servers[at++] as Destination;
    if (!isUsable(server)) continue;
    left -= server.weight;
    if (left <= 0) return server;
  }
}

export const twos: SchedulerFactory = (pool, environment) =>
  new RandomTwosChoice(pool, environment);
