/** Where a packet of our own goes and what its source is (`ip_route_output_key_hash_rcu`). */
import { Errno } from "../../base/errno.ts";
import {
  ANY_ADDRESS,
  type Ipv4Address,
  isLoopbackAddress,
  isMulticastAddress,
  isZeroNetAddress,
  LIMITED_BROADCAST,
} from "../../packet/ipv4-address.ts";
import { Scope } from "../device/config.ts";
import { RouteType } from "./config.ts";
import { hashOfAddresses } from "./multipath-hash.ts";
import type { Route } from "./route.ts";
import type { RouterEnvironment } from "./router-environment.ts";
import type { RoutingTables } from "./routing-tables.ts";

const LOOPBACK_ADDRESS = 0x7f000001 as Ipv4Address;
/** 224.0.0.0/24. */
const isLinkGroup = (group: Ipv4Address): boolean => group >>> 8 === 0xe00000;
const isGroup = (address: Ipv4Address): boolean =>
  isMulticastAddress(address) || address === LIMITED_BROADCAST;

export class OutputRouting {
  /** The source of the last packet: the one given, or the one chosen; 0 when the host has none. */
  source: Ipv4Address = ANY_ADDRESS;
  /** Why the last packet had no route. */
  errno: Errno = 0;
  private readonly environment: RouterEnvironment;

  constructor(environment: RouterEnvironment) {
    this.environment = environment;
  }

  /** `source` and `outputInterface` are 0 when nothing is fixed. `anySource`: the source need not be ours. */
  route(
    tables: RoutingTables,
    destination: Ipv4Address,
    source: Ipv4Address,
    outputInterface: number,
    mark: number,
    tos: number,
    anySource: boolean,
  ): Route | null {
    this.source = source;
    if (source !== 0 && (isGroup(source) || isZeroNetAddress(source)))
      return this.refuse(Errno.EINVAL);
    if (source !== 0 && !anySource && !tables.isOwnSource(source))
      return this.refuse(Errno.ENETUNREACH);
    if (outputInterface !== 0) return this.routeBy(tables, destination, outputInterface, mark, tos);
    if (source !== 0 && isGroup(destination)) {
      // the source tells the device
      const owner = tables.fib.ownerOf(source) || tables.fib.deviceOfLocal(source);
      return owner === 0
        ? this.refuse(Errno.ENETUNREACH)
        : this.finish(tables, destination, tables.directRoute(groupType(destination), owner));
    }
    if (destination === 0) return this.routeToSelf(tables);
    return this.routeByTable(tables, destination, 0, mark, tos);
  }

  /** The device is fixed: it must be up, and serves where the tables know nothing. */
  private routeBy(
    tables: RoutingTables,
    destination: Ipv4Address,
    device: number,
    mark: number,
    tos: number,
  ): Route | null {
    const config = tables.addresses.device(device);
    if (config === undefined) return this.refuse(Errno.ENODEV);
    if (!config.up) return this.refuse(Errno.ENETUNREACH);
    if (isLinkGroup(destination) || destination === LIMITED_BROADCAST) {
      this.choose(tables, device, Scope.link);
      return this.finish(tables, destination, tables.directRoute(groupType(destination), device));
    }
    if (isMulticastAddress(destination)) this.choose(tables, device, Scope.universe);
    else if (destination === 0) {
      this.choose(tables, device, Scope.host);
      return this.routeToSelf(tables);
    }
    return this.routeByTable(tables, destination, device, mark, tos);
  }

  private routeByTable(
    tables: RoutingTables,
    destination: Ipv4Address,
    device: number,
    mark: number,
    tos: number,
  ): Route | null {
    const { fib } = tables;
    let found = fib.lookup(destination, this.source, tos, mark, fib.loopback, device);
    if (found === null) {
      if (device === 0) return this.refuse(fib.errno as Errno);
      this.choose(tables, device, Scope.link);
      const type = isGroup(destination) ? groupType(destination) : RouteType.unicast;
      return this.finish(tables, destination, tables.directRoute(type, device));
    }
    if (found.group !== null && device === 0)
      found = found.group.choose(hashOfAddresses(this.source, destination));
    if (this.source === 0) this.source = tables.sourceFor(found, destination);
    if (isGroup(destination) && found.type !== RouteType.local) {
      const direct = tables.directRoute(groupType(destination), found.device);
      return this.finish(tables, destination, direct);
    }
    return this.finish(tables, destination, found);
  }

  /** To 0.0.0.0, which is the host itself. */
  private routeToSelf(tables: RoutingTables): Route {
    if (this.source === 0) this.source = LOOPBACK_ADDRESS;
    return tables.directRoute(RouteType.local, tables.fib.loopback);
  }

  private choose(tables: RoutingTables, device: number, scope: number): void {
    if (this.source === 0) this.source = tables.selectSource(device, ANY_ADDRESS, scope);
  }

  /** The last word (`__mkroute_output`): loopback addresses leave only by lo. */
  private finish(tables: RoutingTables, destination: Ipv4Address, route: Route): Route | null {
    if (isZeroNetAddress(destination)) return this.refuse(Errno.EINVAL);
    const leaves = isLoopbackAddress(this.source) && route.device !== tables.fib.loopback;
    if (leaves && this.environment.conf(route.device)?.routeLocalnet !== 1)
      return this.refuse(Errno.EINVAL);
    this.errno = 0;
    return route;
  }

  private refuse(errno: Errno): null {
    this.errno = errno;
    return null;
  }
}

const groupType = (group: Ipv4Address): RouteType =>
  group === LIMITED_BROADCAST ? RouteType.broadcast : RouteType.multicast;
