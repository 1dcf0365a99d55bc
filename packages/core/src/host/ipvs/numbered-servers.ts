/** The real servers that connections name, by small numbers from 1: a connection's row has no room for a reference. */
import type { Destination } from "./destination.ts";

export class NumberedServers {
  private readonly servers: (Destination | null)[] = [null];
  private readonly vacant: number[] = [];

  /** The server with this number; null for 0. */
  at(number: number): Destination | null {
    return this.servers[number] as Destination | null;
  }

  /** The number of `server`, which gets one if it has none. */
  numberOf(server: Destination): number {
    if (server.number === 0) {
      server.number = this.vacant.pop() ?? this.servers.length;
      this.servers[server.number] = server;
    }
    return server.number;
  }

  /** Nothing names `server` by its number any more. */
  forget(server: Destination): void {
    if (server.number === 0) return;
    this.servers[server.number] = null;
    this.vacant.push(server.number);
    server.number = 0;
  }
}
