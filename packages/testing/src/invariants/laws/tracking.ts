/** Connection tracking: the table is a table of flows, each of which belongs to one connection, and no more than it may hold. */
import type { Invariant } from "../invariant.ts";
import { tracked } from "./facts.ts";

export const tracking: Invariant = {
  name: "connection tracking knows each flow once",
  watch(scene, tell) {
    return {
      look() {
        let rows = 0;
        for (const host of scene.simulation.namespaces) {
          const tracking = tracked(host);
          if (tracking === null) continue;
          const connections = tracking.connections();
          rows += connections.length;
          const { count } = tracking.table;
          if (count !== connections.length)
            tell(host.name, `counts ${count} tracked connections and lists ${connections.length}`);
          for (const connection of connections)
            for (const flow of [connection.original, connection.answer]) {
              const found = tracking.table.find(flow);
              if (found?.connection !== connection)
                tell(
                  host.name,
                  `a tracked connection is not found by its ${flow === connection.original ? "request" : "answer"}`,
                );
            }
        }
        return rows;
      },
    };
  },
};
