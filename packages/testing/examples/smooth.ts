/** A scheduler of one's own: smooth weighted round robin, which spreads a heavy server's turns over the round. */
import type { Destination, SchedulerModule } from "@lvsim/core";

export const smooth: SchedulerModule = {
  name: "smooth",
  bind(pool) {
    const credits = new Map<Destination, number>();
    const creditOf = (server: Destination): number => credits.get(server) ?? 0;
    return {
      select() {
        let best: Destination | null = null;
        let total = 0;
        for (const server of pool.destinations) {
          if (server.usableWeight === 0) continue;
          total += server.usableWeight;
          credits.set(server, creditOf(server) + server.usableWeight);
          if (best === null || creditOf(server) > creditOf(best)) best = server;
        }
        if (best !== null) credits.set(best, creditOf(best) - total);
        return best;
      },
    };
  },
};
