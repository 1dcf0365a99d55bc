/** A configured route as packets find it (`fib_alias`, `fib_nh`): everything that a lookup asks, as small integers. */
import { formatIpv4Address, type Ipv4Address } from "../../packet/ipv4-address.ts";
import { type DeviceConfig, Scope } from "../device/config.ts";
import { type NextHopConfig, type RouteConfig, RouteTable, RouteType } from "./config.ts";
import type { PathChooser, Route } from "./route.ts";
import { routeError } from "./route-types.ts";

const TYPE_NAMES = [
  "",
  "",
  "local ",
  "broadcast ",
  "anycast ",
  "multicast ",
  "blackhole ",
  "unreachable ",
  "prohibit ",
  "throw ",
];

const TABLE_NAMES: ReadonlyMap<number, string> = new Map<number, string>([
  [RouteTable.default, "default"],
  [RouteTable.main, "main"],
  [RouteTable.local, "local"],
]);

export class FibRoute implements Route {
  readonly type: RouteType;
  readonly device: number;
  gateway: Ipv4Address;
  readonly preferredSource: Ipv4Address;
  readonly scope: number;
  readonly mtu: number;
  readonly config: RouteConfig;
  readonly table: number;
  readonly network: number;
  readonly prefixLength: number;
  readonly tos: number;
  readonly metric: number;
  /** What a packet gets that meets it: an error number, 0 for a way on, EAGAIN for "next table". */
  readonly error: number;
  /** The device as configured: for a local address the one that it is on. */
  readonly nextHopDevice: number;
  /** How far the next hop is: host and nowhere mean that the destination itself is a neighbour. */
  nextHopScope: number;
  /** The ways of which this is one; null for a route with one way. */
  group: PathGroup | null = null;
  /** No packet takes it: its device is down, or without carrier where ignore_routes_with_linkdown says so. */
  readonly dead: boolean;
  /** The next one in its table's chain. */
  next: FibRoute | null = null;
  private readonly devices: readonly DeviceConfig[];

  /** `hop`: the route's only way, or one of several. */
  constructor(
    config: RouteConfig,
    loopback: number,
    devices: readonly DeviceConfig[],
    hop: Pick<NextHopConfig, "gateway" | "device"> = config,
    dead = false,
  ) {
    this.type = config.type;
    this.device = config.type === RouteType.local ? loopback : hop.device;
    this.gateway = hop.gateway;
    this.dead = dead;
    this.preferredSource = config.preferredSource;
    this.scope = config.scope;
    this.mtu = config.mtu;
    this.config = config;
    this.table = config.table;
    this.network = config.destination;
    this.prefixLength = config.prefixLength;
    this.tos = config.tos;
    this.metric = config.metric;
    this.error = routeError(config.type);
    this.nextHopDevice = hop.device;
    this.nextHopScope = config.scope === Scope.host ? Scope.nowhere : Scope.host;
    if (hop.gateway !== 0) this.nextHopScope = Scope.link;
    this.devices = devices;
  }

  /** The gateway turned out to be the host itself: then the destination counts as a neighbour. */
  reachDirectly(): void {
    this.gateway = 0 as Ipv4Address;
    this.nextHopScope = Scope.host;
  }

  describe(): string {
    const { config } = this;
    const network = formatIpv4Address(config.destination);
    const host = config.prefixLength === 32 ? network : `${network}/${config.prefixLength}`;
    const prefix = config.prefixLength === 0 ? "default" : host;
    const gateway = this.group === null ? config.gateway : this.gateway;
    const via = gateway === 0 ? "" : ` via ${formatIpv4Address(gateway)}`;
    const name = this.devices.find(({ index }) => index === this.nextHopDevice)?.name;
    const device = name === undefined ? "" : ` dev ${name}`;
    const table = TABLE_NAMES.get(config.table) ?? String(config.table);
    return `${TYPE_NAMES[this.type] ?? ""}${prefix}${via}${device}${scopeText(config.scope)} (${table})`;
  }
}

function scopeText(scope: number): string {
  if (scope === Scope.universe) return "";
  if (scope === Scope.link) return " scope link";
  return scope === Scope.host ? " scope host" : ` scope ${scope}`;
}

const HASH_SPACE = 2 ** 31;

/**
 * The ways of a multipath route by weight (`fib_rebalance`, `fib_select_multipath`): the hash space of 31 bits is cut into
 * consecutive parts in proportion to the weights (RFC 2992's hash-threshold), dead ways get none. Left out:
 * fib_multipath_use_neigh.
 */
export class PathGroup implements PathChooser {
  readonly paths: readonly FibRoute[];
  /** The last hash of each way's part; −1 for a dead one. */
  readonly bounds: readonly number[];

  /** `weights` in the order of `paths`. */
  constructor(paths: readonly FibRoute[], weights: readonly number[]) {
    this.paths = paths;
    const alive = weights.map((weight, i) => (paths[i]?.dead === true ? 0 : weight));
    const total = alive.reduce((sum, weight) => sum + weight, 0);
    let sum = 0;
    this.bounds = alive.map((weight) => {
      if (weight === 0) return -1;
      sum += weight;
      return Math.floor((sum * HASH_SPACE + Math.floor(total / 2)) / total) - 1;
    });
  }

  choose(hash: number): FibRoute {
    const { paths, bounds } = this;
    for (let i = 0; i < bounds.length; i++)
      if (hash <= (bounds[i] as number)) return paths[i] as FibRoute;
    return paths[0] as FibRoute;
  }

  /** The first living way by a device; null when none leads there. */
  by(device: number): FibRoute | null {
    for (const path of this.paths) if (path.nextHopDevice === device && !path.dead) return path;
    return null;
  }

  /** Whether a way leads by the device, dead or not. */
  uses(device: number): boolean {
    return this.paths.some((path) => path.nextHopDevice === device);
  }
}
