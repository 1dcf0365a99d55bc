/**
 * The estimation of all counters every 2 s (`estimation_timer`, ip_vs_est.c). It runs while there is a service, and
 * after the last one went until the totals have come to rest. vs.run_estimation=0 freezes what is shown.
 */
import { later, seconds } from "../../time/instant.ts";
import { Timer } from "../../time/timer.ts";
import type { Destination } from "./destination.ts";
import type { IpvsHost } from "./host.ts";
import { Statistics } from "./statistics.ts";
import type { VirtualService } from "./virtual-service.ts";

const PERIOD = seconds(2);

export class Estimator extends Timer {
  private readonly sums = new Statistics();
  /** Servers that had traffic since the last command. */
  private readonly counting: Destination[] = [];
  private readonly host: IpvsHost;
  private readonly services: readonly VirtualService[];

  constructor(host: IpvsHost, services: readonly VirtualService[]) {
    super();
    this.host = host;
    this.services = services;
  }

  /** Sees to it that the timer runs. */
  start(): void {
    if (this.armed) return;
    const { timers, now } = this.host.engine;
    timers.arm(this, later(now, PERIOD));
  }

  expire(): void {
    if (this.host.sysctls.run_estimation !== 0) this.estimate();
    if (this.services.length > 0 || !this.totals.atRest) this.start();
  }

  /** The counters of the whole namespace, up to now. */
  get totals(): Statistics {
    this.collect();
    return this.sums;
  }

  /** A packet from a client on a connection of `server`; a server in the trash counts nothing. */
  countIn(server: Destination | null, octets: number): void {
    if (server !== null && (server.counting === true || this.begins(server)))
      server.traffic.countIn(octets);
  }

  /** A packet to a client on a connection of `server`. */
  countOut(server: Destination | null, octets: number): void {
    if (server !== null && (server.counting === true || this.begins(server)))
      server.traffic.countOut(octets);
  }

  /** Before servers come, change or go: who counts is asked anew. */
  settle(): void {
    this.collect();
    for (const server of this.counting) server.counting = false;
    this.counting.length = 0;
  }

  /** Adds what servers counted to the statistics, before these are read. */
  private collect(): void {
    for (const server of this.counting) {
      server.statistics.add(server.traffic);
      server.serviceStatistics.add(server.traffic);
      this.sums.add(server.traffic);
      server.traffic.clear();
    }
  }

  private begins(server: Destination): boolean {
    if (server.available === false) return false;
    server.counting = true;
    this.counting.push(server);
    return true;
  }

  /** A new connection. */
  countConnection(server: Destination, service: VirtualService): void {
    server.statistics.connections++;
    service.statistics.connections++;
    this.sums.connections++;
  }

  private estimate(): void {
    this.collect();
    this.sums.estimate();
    for (const service of this.services) {
      service.statistics.estimate();
      for (const server of service.destinations) server.statistics.estimate();
    }
  }
}
