/** The scheduler of smooth.ts with a bug planted: the chosen server loses its credit instead of paying for its turn. */
import type { Destination, SchedulerModule } from "@lvsim/core";

export const forgetful: SchedulerModule = {
  name: "forgetful",
  bind(pool) {
    const credits = new Map<Destination, number>();
    const creditOf = (server: Destination): number => credits.get(server) ?? 0;
    return {
      select() {
        let best: Destination | null = null;
        for (const server of pool.destinations) {
          if (server.usableWeight === 0) continue;
          credits.set(server, creditOf(server) + server.usableWeight);
          if (best === null || creditOf(server) > creditOf(best)) best = server;
        }
        if (best !== null) credits.set(best, 0);
        return best;
      },
    };
  },
};
