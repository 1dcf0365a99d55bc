/** The real servers that connections name, by small numbers from 1: a connection's row has no room for a reference. */
import type { Destination } from "./destination.ts";

export class NumberedServers {
  /** By number; null for 0 and for numbers that nobody has. */
  readonly list: (Destination | null)[] = [null];
  private readonly vacant: number[] = [];

  /** The number of `server`, which gets one if it has none. */
  numberOf(server: Destination): number {
    if (server.number === 0) {
      server.number = this.vacant.pop() ?? this.list.length;
      this.list[server.number] = server;
    }
    return server.number;
  }

  /** Nothing names `server` by its number any more. */
  forget(server: Destination): void {
    if (server.number === 0) return;
    this.list[server.number] = null;
    this.vacant.push(server.number);
    server.number = 0;
  }
}
