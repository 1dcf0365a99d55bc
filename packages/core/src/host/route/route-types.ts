/** What the kernel knows about each type of route (`fib_props`), and how routes of one prefix stand to each other. */
import { Errno } from "../../base/errno.ts";
import { ANY_ADDRESS } from "../../packet/ipv4-address.ts";
import { Scope } from "../device/config.ts";
import {
  type NextHopConfig,
  type RouteConfig,
  type RouteMetric,
  RouteProtocol,
  RouteTable,
  RouteType,
} from "./config.ts";

/** What a packet gets that meets such a route: 0 for one that leads somewhere, EAGAIN for "look in the next table". */
export function routeError(type: RouteType): Errno {
  if (type === RouteType.blackhole) return Errno.EINVAL;
  if (type === RouteType.unreachable) return Errno.EHOSTUNREACH;
  if (type === RouteType.prohibit) return Errno.EACCES;
  return type === RouteType.throw ? Errno.EAGAIN : 0;
}

/** The widest scope that a route of this type may have. */
export function widestScope(type: RouteType): number {
  if (type === RouteType.local) return Scope.host;
  if (type === RouteType.broadcast || type === RouteType.anycast) return Scope.link;
  return Scope.universe;
}

/** Whether both are found under the same key: table, prefix, TOS and metric. */
export const sameKey = (a: RouteConfig, b: RouteConfig): boolean =>
  a.destination === b.destination &&
  a.table === b.table &&
  a.prefixLength === b.prefixLength &&
  a.tos === b.tos &&
  a.metric === b.metric;

/** Whether both, of one key, say the same. */
export const sameRoute = (a: RouteConfig, b: RouteConfig): boolean =>
  a.type === b.type &&
  a.gateway === b.gateway &&
  a.device === b.device &&
  a.scope === b.scope &&
  a.protocol === b.protocol &&
  a.preferredSource === b.preferredSource &&
  a.onlink === b.onlink &&
  a.mtu === b.mtu &&
  (a.lockedMetrics ?? 0) === (b.lockedMetrics ?? 0) &&
  sameMetrics(a.metrics ?? NONE, b.metrics ?? NONE) &&
  sameNextHops(a.nextHops ?? NONE, b.nextHops ?? NONE);

const NONE: readonly never[] = [];

const sameMetrics = (a: readonly RouteMetric[], b: readonly RouteMetric[]): boolean =>
  a.length === b.length && a.every(({ id, value }, i) => b[i]?.id === id && b[i]?.value === value);

const sameNextHops = (a: readonly NextHopConfig[], b: readonly NextHopConfig[]): boolean =>
  a.length === b.length &&
  a.every((hop, i) => {
    const other = b[i] as NextHopConfig;
    return (
      hop.gateway === other.gateway &&
      hop.device === other.device &&
      hop.weight === other.weight &&
      hop.onlink === other.onlink
    );
  });

/** Which of two routes of one prefix the kernel tries first: negative for `a`, 0 when the order of adding decides. */
export const precedence = (a: RouteConfig, b: RouteConfig): number =>
  b.table - a.table || b.tos - a.tos || a.metric - b.metric;

/** A route with what `ip route add` assumes where nothing is said: protocol boot; scope and table by the type. */
export function routeOf(fields: Partial<RouteConfig>): RouteConfig {
  const type = fields.type ?? RouteType.unicast;
  const local = type === RouteType.local;
  const linkWide =
    type === RouteType.broadcast ||
    type === RouteType.anycast ||
    type === RouteType.multicast ||
    (type === RouteType.unicast &&
      (fields.gateway ?? ANY_ADDRESS) === ANY_ADDRESS &&
      fields.nextHops === undefined);
  const inLocalTable = local || type === RouteType.broadcast || type === RouteType.anycast;
  return {
    table: inLocalTable ? RouteTable.local : RouteTable.main,
    type,
    destination: ANY_ADDRESS,
    prefixLength: 0,
    gateway: ANY_ADDRESS,
    device: 0,
    metric: 0,
    scope: local ? Scope.host : linkWide ? Scope.link : Scope.universe,
    protocol: RouteProtocol.boot,
    preferredSource: ANY_ADDRESS,
    tos: 0,
    onlink: false,
    mtu: 0,
    ...fields,
  };
}
