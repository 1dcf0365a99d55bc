/**
 * Real servers that were deleted (`dest_trash`): connections still name them, and a server that is added again to the
 * same service comes back with its counters. A scan every 60 s frees those that nobody has named for 120 s.
 */
import type { Engine } from "../../time/engine.ts";
import { elapsed, later, seconds } from "../../time/instant.ts";
import { Timer } from "../../time/timer.ts";
import { type RealServerConfig, sameServer, type VirtualServiceIdentity } from "./config.ts";
import { sameIdentity } from "./control.ts";
import type { Destination } from "./destination.ts";

const SCAN_PERIOD = seconds(60);
const IDLE_PERIOD = seconds(120);

export class Trash extends Timer {
  private readonly engine: Engine;
  private servers: Destination[] = [];

  constructor(engine: Engine) {
    super();
    this.engine = engine;
  }

  get size(): number {
    return this.servers.length;
  }

  put(server: Destination): void {
    if (this.servers.length === 0) this.scanLater();
    server.idleSince = null;
    this.servers.unshift(server);
  }

  /** Takes the server out that has this service, address and port; undefined when there is none. */
  take(service: VirtualServiceIdentity, config: RealServerConfig): Destination | undefined {
    const index = this.servers.findIndex(
      (server) => sameServer(server.config, config) && sameIdentity(server.service, service),
    );
    return index < 0 ? undefined : this.servers.splice(index, 1)[0];
  }

  expire(): void {
    const { now } = this.engine;
    this.servers = this.servers.filter((server) => {
      if (server.referenced) return true;
      server.idleSince ??= now;
      return elapsed(server.idleSince, now) < IDLE_PERIOD;
    });
    if (this.servers.length > 0) this.scanLater();
  }

  private scanLater(): void {
    this.engine.timers.arm(this, later(this.engine.now, SCAN_PERIOD));
  }
}
