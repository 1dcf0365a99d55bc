/**
 * A real server of a virtual service, live (`struct ip_vs_dest`): weight, connection counters, overload, and the route
 * that forwarding remembers. Its settings are a `RealServerConfig`. It outlives its deletion in the trash as long as
 * connections, or a scheduler's cache, name it.
 *
 * What schedulers rank servers by is behind accessors, so that whoever keeps a ranking hears of every change and
 * nobody who counts connections has to know of rankings. Without a ranking that costs a comparison with null.
 */
import { formatIpv4Address, type Ipv4Address } from "../../packet/ipv4-address.ts";
import { formatIpv6Address } from "../../packet/ipv6-address.ts";
import type { Instant } from "../../time/instant.ts";
import type { Decider } from "../../trace/trace.ts";
import type { Route } from "../route/route.ts";
import type { RealServerConfig, VirtualServiceIdentity } from "./config.ts";
import type { FlowWay } from "./flow-way.ts";
import { METHOD_OF, type Method } from "./method.ts";
import { Statistics } from "./statistics.ts";
import { Traffic } from "./traffic.ts";

/** Keeps servers in an order that depends on their weights, counters and overload. */
export interface Ranking {
  /** One of these changed for the server with this place in the ranking. */
  changed(place: number): void;
}

export class Destination implements Decider {
  /** 0 for a server with an IPv6 address. */
  readonly address: Ipv4Address;
  readonly port: number;
  /** The service that it was made for; a service with this identity may take it back from the trash. */
  readonly service: VirtualServiceIdentity;
  config: RealServerConfig;
  /** The last weight that was not 0; only mh looks at it. */
  lastWeight: number;
  method: Method;
  /** Templates (PersistConn). */
  persistentConnections = 0;
  upperThreshold = 0;
  lowerThreshold = 0;
  /** IP_VS_DEST_F_AVAILABLE: it belongs to its service; false in the trash. */
  available = true;
  readonly statistics = new Statistics();
  /**
   * What is to be added to the statistics; whether the estimator looks there. It does so from the first packet to the next
   * command, and never in the trash.
   */
  readonly traffic = new Traffic();
  counting = false;
  /** The statistics of the service that it belongs to, or belonged to last. */
  serviceStatistics: Statistics;

  /** Its service's, in seconds; 0 for none of its own (only on a kernel with FULLNAT). */
  establishedTimeout = 0;

  /** Entries of a scheduler's cache that name it (lblc, lblcr). */
  cacheEntries = 0;
  /** By which the rows of connections name it (numbered-servers.ts); 0 while none does. */
  number = 0;
  /** Who is to hear of changes, and the place of this server there; null for nobody. */
  ranking: Ranking | null = null;
  place = 0;

  /** In the trash: when it was first found unreferenced; null before. */
  idleSince: Instant | null = null;

  /** The remembered route to it, valid for `routeGeneration`; null for none. */
  route: Route | null = null;
  routeGeneration = -1;
  /** The source address of tunnel packets to it, remembered with the route; 0 for none. */
  tunnelSource = 0 as Ipv4Address;

  /** By which way the fast path sent the last request that needed decisions; null for none. */
  requestWay: FlowWay | null = null;

  /** The weight, or 0 while it is overloaded: what a scheduler may count with. */
  usableWeight: number;
  private currentWeight: number;
  private activeCount = 0;
  private inactiveCount = 0;
  private overloadFlag = false;

  constructor(
    service: VirtualServiceIdentity,
    config: RealServerConfig,
    serviceStatistics: Statistics,
  ) {
    this.service = service;
    this.address = config.address;
    this.port = config.port;
    this.config = config;
    this.currentWeight = config.weight;
    this.usableWeight = config.weight;
    this.lastWeight = config.weight;
    this.method = METHOD_OF[config.forwarding];
    this.serviceStatistics = serviceStatistics;
  }

  get weight(): number {
    return this.currentWeight;
  }
  set weight(weight: number) {
    this.currentWeight = weight;
    this.usableWeight = this.overloadFlag ? 0 : weight;
    if (this.ranking !== null) this.ranking.changed(this.place);
  }

  /** Connections in an active state (ActiveConn). */
  get activeConnections(): number {
    return this.activeCount;
  }
  set activeConnections(count: number) {
    this.activeCount = count;
    if (this.ranking !== null) this.ranking.changed(this.place);
  }

  /** All other connections but templates (InActConn). */
  get inactiveConnections(): number {
    return this.inactiveCount;
  }
  set inactiveConnections(count: number) {
    this.inactiveCount = count;
    if (this.ranking !== null) this.ranking.changed(this.place);
  }

  /** IP_VS_DEST_F_OVERLOAD: no scheduler takes it. */
  get overloaded(): boolean {
    return this.overloadFlag === true;
  }
  set overloaded(overloaded: boolean) {
    this.overloadFlag = overloaded;
    this.usableWeight = overloaded ? 0 : this.currentWeight;
    if (this.ranking !== null) this.ranking.changed(this.place);
  }

  /** All connections but templates, an active one counted as `activeWeight` others. */
  loadWith(activeWeight: number): number {
    return this.activeCount * activeWeight + this.inactiveCount;
  }

  /** Connections but templates: what thresholds are held against. */
  get totalConnections(): number {
    return this.activeConnections + this.inactiveConnections;
  }

  /** Whether a connection, a template or a scheduler's cache still names it. */
  get referenced(): boolean {
    return this.totalConnections + this.persistentConnections + this.cacheEntries > 0;
  }

  /** Takes over edited settings but the thresholds; they are the business of overload.ts. */
  configure(config: RealServerConfig): void {
    this.config = config;
    this.weight = config.weight;
    if (config.weight !== 0) this.lastWeight = config.weight;
    this.method = METHOD_OF[config.forwarding];
    this.route = null;
    this.tunnelSource = 0 as Ipv4Address;
  }

  describe(): string {
    const { ipv6 } = this.config;
    if (ipv6 !== undefined) return `[${formatIpv6Address(ipv6)}]:${this.port}`;
    return `${formatIpv4Address(this.address)}:${this.port}`;
  }
}
