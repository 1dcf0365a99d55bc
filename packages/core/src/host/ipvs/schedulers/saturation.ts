/** When lblc and lblcr give up the server that an address has: it has too much to do and another too little. */
import type { Destination } from "../destination.ts";

/** More active connections than weight, while some server has fewer than half as many as its weight. */
export function isSaturated(server: Destination, servers: readonly Destination[]): boolean {
  if (server.activeConnections <= server.weight) return false;
  for (let i = 0; i < servers.length; i++) {
    const other = servers[i] as Destination;
    if (other.activeConnections * 2 < other.weight) return true;
  }
  return false;
}
