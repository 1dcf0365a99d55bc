/**
 * Where a packet that came in goes (`ip_route_input_slow`): the checks on its addresses, the route, and the words for
 * a refusal. Left out: bc_forwarding, multicast forwarding, ignore_routes_with_linkdown.
 */
import { Errno } from "../../base/errno.ts";
import {
  formatIpv4Address,
  type Ipv4Address,
  isLoopbackAddress,
  isMulticastAddress,
  isZeroNetAddress,
  LIMITED_BROADCAST,
} from "../../packet/ipv4-address.ts";
import { UnreachableCode } from "../../packet/protocol.ts";
import type { DropReason } from "../../trace/drop-reason.ts";
import { Ground } from "../../trace/ground.ts";
import type { Decider } from "../../trace/trace.ts";
import { RouteType } from "./config.ts";
import { hashOfAddresses } from "./multipath-hash.ts";
import type { Route } from "./route.ts";
import type { RouterConf, RouterEnvironment } from "./router-environment.ts";
import type { RoutingTables } from "./routing-tables.ts";
import { SourceVerdict, validateGroupSource, validateSource } from "./source-validation.ts";

const MARTIAN_SOURCE = new Ground("no packet may come from such a source");
const MARTIAN_DESTINATION = new Ground("no packet may arrive for such a destination");
/** 224.0.0.0/24: its packets stay on the link, even from 0.0.0.0. */
const isLinkGroup = (group: Ipv4Address): boolean => group >>> 8 === 0xe00000;
const ALL_SYSTEMS = 0xe0000001 | 0;

const EXDEV = 18;
/** The kernel's numbers for refusals that no table made. */
const ERRORS: ReadonlyMap<DropReason, Errno> = new Map<DropReason, Errno>([
  ["ip-reverse-path-filter", EXDEV as Errno],
  ["ip-forwarding-off", Errno.EHOSTUNREACH],
  ["ip-no-route", Errno.EHOSTUNREACH],
]);

export class InputRouting {
  /** The last packet's sender is a neighbour on the device. */
  sourceOnLink = 0;
  dropReason: DropReason = "ip-no-route";
  /** Why, as a number; EXDEV for the reverse path filter, which no socket ever sees. */
  errno: Errno = 0;
  decider: Decider | null = null;
  /** The code of the ICMP destination unreachable that the sender is to get; −1 for none. */
  unreachableCode = -1;
  private readonly environment: RouterEnvironment;

  constructor(environment: RouterEnvironment) {
    this.environment = environment;
  }

  /** The route; null for a packet that ends here, and the other fields say why. */
  route(
    tables: RoutingTables,
    destination: Ipv4Address,
    source: Ipv4Address,
    tos: number,
    mark: number,
    device: number,
  ): Route | null {
    this.sourceOnLink = 0;
    const conf = this.environment.conf(device);
    if (conf === undefined) return this.refuse("ip-no-route", null);
    if (isMulticastAddress(source) || source === LIMITED_BROADCAST)
      return this.refuse("ip-martian-source", MARTIAN_SOURCE);
    if (isMulticastAddress(destination))
      return this.routeGroup(tables, conf, destination, source, tos, mark, device);
    if (destination === LIMITED_BROADCAST || (source === 0 && destination === 0))
      return this.routeBroadcast(tables, conf, source, tos, mark, device, null);
    if (isZeroNetAddress(source)) return this.refuse("ip-martian-source", MARTIAN_SOURCE);
    if (isZeroNetAddress(destination))
      return this.refuse("ip-martian-destination", MARTIAN_DESTINATION);
    if (conf.routeLocalnet === 0) {
      if (isLoopbackAddress(destination))
        return this.refuse("ip-martian-destination", MARTIAN_DESTINATION);
      if (isLoopbackAddress(source)) return this.refuse("ip-martian-source", MARTIAN_SOURCE);
    }
    return this.routeUnicast(tables, conf, destination, source, tos, mark, device);
  }

  private routeUnicast(
    tables: RoutingTables,
    conf: RouterConf,
    destination: Ipv4Address,
    source: Ipv4Address,
    tos: number,
    mark: number,
    device: number,
  ): Route | null {
    const { fib } = tables;
    const found = fib.lookup(destination, source, tos, mark, device, 0);
    if (found === null) return this.refuseByTable(tables, conf);
    const { group } = found;
    const route = group === null ? found : group.choose(hashOfAddresses(source, destination));
    if (route.type === RouteType.broadcast)
      return this.routeBroadcast(tables, conf, source, tos, mark, device, route);
    const local = route.type === RouteType.local;
    if (!local && conf.forwarding === 0) return this.refuseForwarding(tables, device);
    if (!local && route.type !== RouteType.unicast)
      return this.refuse("ip-martian-destination", route);
    const verdict = validateSource(
      tables,
      conf,
      source,
      destination,
      tos,
      mark,
      device,
      local ? 0 : route.nextHopDevice,
    );
    return this.judge(verdict, tables, source, device) ? route : null;
  }

  private routeBroadcast(
    tables: RoutingTables,
    conf: RouterConf,
    source: Ipv4Address,
    tos: number,
    mark: number,
    device: number,
    route: Route | null,
  ): Route | null {
    if (!isZeroNetAddress(source)) {
      const verdict = validateGroupSource(tables, conf, source, tos, mark, device);
      if (!this.judge(verdict, tables, source, device)) return null;
    }
    return route ?? tables.directRoute(RouteType.broadcast, device);
  }

  private routeGroup(
    tables: RoutingTables,
    conf: RouterConf,
    group: Ipv4Address,
    source: Ipv4Address,
    tos: number,
    mark: number,
    device: number,
  ): Route | null {
    if (group !== ALL_SYSTEMS && !this.environment.isGroupMember(device, group))
      return this.refuse("ip-no-route", null);
    if (isLoopbackAddress(source) && conf.routeLocalnet === 0)
      return this.refuse("ip-martian-source", MARTIAN_SOURCE);
    if (!isZeroNetAddress(source)) {
      const verdict = validateGroupSource(tables, conf, source, tos, mark, device);
      if (!this.judge(verdict, tables, source, device)) return null;
    } else if (!isLinkGroup(group)) return this.refuse("ip-martian-source", MARTIAN_SOURCE);
    return tables.directRoute(RouteType.multicast, device);
  }

  private judge(
    verdict: SourceVerdict,
    tables: RoutingTables,
    source: Ipv4Address,
    device: number,
  ): boolean {
    this.sourceOnLink = verdict === SourceVerdict.onLink ? 1 : 0;
    if (verdict >= 0) return true;
    const name = tables.addresses.device(device)?.name ?? "";
    if (verdict === SourceVerdict.martian) {
      const words = `${formatIpv4Address(source)} belongs to this host, and accept_local is 0`;
      this.refuse("ip-martian-source", new Ground(words));
    } else {
      const mode = this.environment.conf(device)?.rpFilter ?? 0;
      this.refuse(
        "ip-reverse-path-filter",
        new Ground(`net.ipv4.conf.${name}.rp_filter = ${mode}`),
      );
    }
    return false;
  }

  /** No route, or one that says no: only a router tells the sender. */
  private refuseByTable(tables: RoutingTables, conf: RouterConf): null {
    const { errno, refusedBy } = tables.fib;
    this.refuse(refusedBy === null ? "ip-no-route" : "ip-unreachable-route", refusedBy);
    this.errno = conf.forwarding === 0 ? Errno.EHOSTUNREACH : (errno as Errno);
    if (conf.forwarding === 0) return null;
    if (errno === Errno.ENETUNREACH) this.unreachableCode = UnreachableCode.network;
    else if (errno === Errno.EHOSTUNREACH) this.unreachableCode = UnreachableCode.host;
    else if (errno === Errno.EACCES) this.unreachableCode = UnreachableCode.communicationProhibited;
    return null;
  }

  private refuseForwarding(tables: RoutingTables, device: number): null {
    const name = tables.addresses.device(device)?.name ?? "";
    return this.refuse("ip-forwarding-off", new Ground(`net.ipv4.conf.${name}.forwarding = 0`));
  }

  private refuse(reason: DropReason, decider: Decider | null): null {
    this.dropReason = reason;
    this.errno = ERRORS.get(reason) ?? Errno.EINVAL;
    this.decider = decider;
    this.unreachableCode = -1;
    return null;
  }
}
