/** A configured route as packets find it (`fib_alias`, `fib_nh`): everything that a lookup asks, as small integers. */
import { formatIpv4Address, type Ipv4Address } from "../../packet/ipv4-address.ts";
import { type DeviceConfig, Scope } from "../device/config.ts";
import { type RouteConfig, RouteTable, RouteType } from "./config.ts";
import type { Route } from "./route.ts";
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
  /** The next one in its table's chain. */
  next: FibRoute | null = null;
  private readonly devices: readonly DeviceConfig[];

  constructor(config: RouteConfig, loopback: number, devices: readonly DeviceConfig[]) {
    this.type = config.type;
    this.device = config.type === RouteType.local ? loopback : config.device;
    this.gateway = config.gateway;
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
    this.nextHopDevice = config.device;
    this.nextHopScope = config.scope === Scope.host ? Scope.nowhere : Scope.host;
    if (config.gateway !== 0) this.nextHopScope = Scope.link;
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
    const via = config.gateway === 0 ? "" : ` via ${formatIpv4Address(config.gateway)}`;
    const name = this.devices.find(({ index }) => index === config.device)?.name;
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
