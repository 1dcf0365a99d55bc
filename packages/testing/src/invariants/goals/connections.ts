/** Connection tables of directors come to rest. */
import type { NetworkNamespace } from "@lvsim/core";
import type { Goal } from "../eventually.ts";
import { isDirector } from "../laws/facts.ts";

/** No director holds a connection or a template any more, and no server counts one. */
export const connectionsEnd: Goal = {
  name: "connections come to an end",
  missing(lab) {
    for (const host of lab.simulation.namespaces) {
      const left = isDirector(host) ? leftOf(host) : null;
      if (left !== null) return `${host.name} ${left}`;
    }
    return null;
  },
};

function leftOf({ ipvs }: NetworkNamespace): string | null {
  const rows = ipvs.connections().length;
  if (rows > 0) return `has ${rows}`;
  for (const { servers } of ipvs.services())
    for (const { activeConnections, inactiveConnections, persistentConnections } of servers) {
      const counted = activeConnections + inactiveConnections + persistentConnections;
      if (counted !== 0) return `has none, and a server counts ${counted}`;
    }
  return null;
}
