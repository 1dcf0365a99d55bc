/**
 * The forwarding information base of a namespace: its tables and policy rules made ready for lookups (`fib_lookup`).
 * Built from immutable configuration; a change of routes, rules or devices needs another one. As in the kernel, a
 * namespace without rules of its own has local and main in one table, so that the longest prefix of both wins.
 */
import { Errno } from "../../base/errno.ts";
import {
  type Ipv4Address,
  isLoopbackAddress,
  isMulticastAddress,
  isZeroNetAddress,
  LIMITED_BROADCAST,
} from "../../packet/ipv4-address.ts";
import type { Decider } from "../../trace/trace.ts";
import type { DeviceConfig } from "../device/config.ts";
import type { NamespaceConfig } from "../namespace-config.ts";
import { CompiledRules } from "./compiled-rules.ts";
import { type RouteConfig, RouteProtocol, RouteTable, RouteType } from "./config.ts";
import { FibRoute, PathGroup } from "./fib-route.ts";
import { PrefixTable } from "./prefix-table.ts";
import { hasDefaultRules } from "./rules.ts";

/** One of 32 bits for an address. */
const filterBit = (address: Ipv4Address): number => 1 << (Math.imul(address, 0x9e3779b1) >>> 27);

/** The bits of the addresses of a local route; `mayBeLocal` knows 127.0.0.0/8 without any. */
const filterBits = (route: RouteConfig): number => {
  if (isLoopbackAddress(route.destination) && route.prefixLength >= 8) return 0;
  return route.prefixLength === 32 ? filterBit(route.destination) : -1;
};

export class Fib {
  /** Why the last lookup gave null: a positive error number. */
  errno = 0;
  /** The route with an error that the last lookup met. */
  refusedBy: Decider | null = null;
  /** The kernel may not judge sources by the addresses alone. */
  readonly hasCustomLocalRoutes: boolean;
  readonly hasCustomRules: boolean;
  /** Index of lo, 0 when there is none. */
  readonly loopback: number;
  /** Bits of `filterBit` of all addresses that may have a local route; all set when that is hard to say. */
  private readonly localFilter: number;
  /** local and main as one, or local alone when there are rules. */
  private readonly local: PrefixTable;
  private readonly fallback: PrefixTable | null;
  /** null for a namespace without rules of its own. */
  private readonly rules: CompiledRules | null = null;

  /** `isDown`: whether routes by a device don't count for want of carrier. */
  constructor(config: NamespaceConfig, isDown: (device: number) => boolean = () => false) {
    const { routes, devices } = config;
    this.loopback = indexOfLoopback(devices);
    this.hasCustomRules = !hasDefaultRules(config.rules);
    const local: FibRoute[] = [];
    let others: Map<number, FibRoute[]> | null = null;
    let customLocalRoutes = false;
    let localFilter = this.hasCustomRules ? -1 : 0;
    for (let i = 0; i < routes.length; i++) {
      const route = routes[i] as RouteConfig;
      if (route.type === RouteType.local && route.protocol !== RouteProtocol.kernel)
        customLocalRoutes = true;
      if (route.type === RouteType.local) localFilter |= filterBits(route);
      const live = makeRoute(route, this.loopback, devices, isDown);
      const merged = route.table === RouteTable.main && !this.hasCustomRules;
      if (merged || route.table === RouteTable.local) local.push(live);
      else {
        others ??= new Map();
        addTo(others, route.table, live);
      }
    }
    this.hasCustomLocalRoutes = customLocalRoutes;
    this.localFilter = localFilter;
    this.local = new PrefixTable(local);
    if (this.hasCustomRules) {
      this.fallback = null;
      this.rules = new CompiledRules(config.rules, devices, tablesOf(others, this.local));
    } else {
      const last = others?.get(RouteTable.default);
      this.fallback = last === undefined ? null : new PrefixTable(last);
    }
    this.settleGateways(local);
    if (others !== null) for (const table of others.values()) this.settleGateways(table);
  }

  private settleGateways(routes: readonly FibRoute[]): void {
    for (let i = 0; i < routes.length; i++) {
      const route = routes[i] as FibRoute;
      if (route.group === null) this.settleGateway(route);
      else for (const way of route.group.paths) this.settleGateway(way);
    }
  }

  private settleGateway(way: FibRoute): void {
    if (way.gateway !== 0 && !way.config.onlink && this.isLocal(way.gateway)) way.reachDirectly();
  }

  /**
   * The route for a packet, never one with an error: then null, and `errno` says why. `inputInterface` is that of lo
   * for packets of our own, `outputInterface` 0 for any.
   */
  lookup(
    destination: Ipv4Address,
    source: Ipv4Address,
    tos: number,
    mark: number,
    inputInterface: number,
    outputInterface: number,
  ): FibRoute | null {
    const { rules } = this;
    if (rules !== null) {
      const found = rules.lookup(destination, source, tos, mark, inputInterface, outputInterface);
      this.errno = rules.errno;
      this.refusedBy = rules.refusedBy;
      return found;
    }
    let route = this.local.lookup(destination, tos, 0, outputInterface);
    if (route !== null && route.error === 0) return route;
    if (this.fallback !== null) {
      route = this.fallback.lookup(destination, tos, 0, outputInterface);
      if (route !== null && route.error === 0) return route;
    }
    this.refuse(route);
    return null;
  }

  private refuse(route: FibRoute | null): void {
    const counts = route !== null && route.error !== Errno.EAGAIN;
    this.refusedBy = counts ? route : null;
    this.errno = counts ? route.error : Errno.ENETUNREACH;
  }

  /** `inet_addr_type`: what an address is to this host; unicast for one that is not ours. */
  addressType(address: Ipv4Address): RouteType {
    if (isZeroNetAddress(address) || address === LIMITED_BROADCAST) return RouteType.broadcast;
    if (isMulticastAddress(address)) return RouteType.multicast;
    const route = this.local.lookup(address, 0, 0, 0);
    return route === null || route.error !== 0 ? RouteType.unicast : route.type;
  }

  isLocal(address: Ipv4Address): boolean {
    return this.addressType(address) === RouteType.local;
  }

  /** False for most addresses for which no lookup gives a local route. */
  mayBeLocal(address: Ipv4Address): boolean {
    return (this.localFilter & filterBit(address)) !== 0 || isLoopbackAddress(address);
  }

  /** The device that an address of this host is configured on; 0 when it is not ours. */
  ownerOf(address: Ipv4Address): number {
    return this.local.localHost(address)?.nextHopDevice ?? 0;
  }

  /** The device that makes an address local, by its own route or by one for the whole prefix; 0 when none does. */
  deviceOfLocal(address: Ipv4Address): number {
    const route = this.local.lookup(address, 0, 0, 0);
    return route !== null && route.type === RouteType.local ? route.nextHopDevice : 0;
  }
}

function indexOfLoopback(devices: readonly DeviceConfig[]): number {
  for (let i = 0; i < devices.length; i++) {
    const device = devices[i] as DeviceConfig;
    if (device.kind === "loopback") return device.index;
  }
  return 0;
}

function addTo(tables: Map<number, FibRoute[]>, table: number, route: FibRoute): void {
  const there = tables.get(table);
  if (there === undefined) tables.set(table, [route]);
  else there.push(route);
}

/** Each table is made once: a route stands in one chain only. */
function tablesOf(
  others: ReadonlyMap<number, readonly FibRoute[]> | null,
  local: PrefixTable,
): ReadonlyMap<number, PrefixTable> {
  const tables = new Map<number, PrefixTable>([[RouteTable.local, local]]);
  for (const [table, some] of others ?? []) tables.set(table, new PrefixTable(some));
  return tables;
}

/** The route as its table holds it: with several ways it is the first of them, and knows the others. */
function makeRoute(
  config: RouteConfig,
  loopback: number,
  devices: readonly DeviceConfig[],
  isDown: (device: number) => boolean,
): FibRoute {
  const { nextHops, device } = config;
  if (nextHops === undefined) {
    const dead = config.type === RouteType.unicast && isDown(device);
    return new FibRoute(config, loopback, devices, config, dead);
  }
  const ways = nextHops.map((hop) => {
    const dead = hop.dead || isDown(hop.device);
    return new FibRoute(config, loopback, devices, hop, dead);
  });
  const weights = nextHops.map(({ weight }) => weight);
  const group = new PathGroup(ways, weights);
  for (const way of ways) way.group = group;
  return ways[0] as FibRoute;
}
