/**
 * The list of routes itself (`fib_table_insert`, `fib_table_delete`, `fib_table_flush`): where a route goes among
 * those of the same prefix, and which one goes away. Whether a route makes sense is asked before (add-route.ts).
 */
import { Errno } from "../../base/errno.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { Scope } from "../device/config.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { type NextHopConfig, type RouteConfig, RouteTable, type RouteType } from "./config.ts";
import { precedence, routeError, sameKey, sameRoute } from "./route-types.ts";

/** The verbs of `ip route`: with which flags of netlink they come. */
export type RouteVerb = "add" | "append" | "prepend" | "replace" | "change";

/** Puts a route into the list. EEXIST, ENOENT (change): nothing is changed. */
export function insertRoute(draft: NamespaceDraft, route: RouteConfig, verb: RouteVerb): Errno {
  const { routes } = draft;
  const added = route as NamespaceDraft["routes"][number];
  let first = -1;
  let equal = -1;
  for (let i = 0; i < routes.length; i++) {
    const other = routes[i] as RouteConfig;
    if (!sameKey(other, route)) continue;
    if (first === -1) first = i;
    if (equal === -1 && sameRoute(other, route)) equal = i;
  }
  if (first === -1) {
    if (verb === "change") return Errno.ENOENT;
    routes.push(added);
    return 0;
  }
  if (verb === "add") return Errno.EEXIST;
  if (verb === "replace" || verb === "change") {
    if (equal !== -1) return equal === first ? 0 : Errno.EEXIST;
    routes[first] = added;
    return 0;
  }
  if (equal !== -1) return Errno.EEXIST;
  if (verb === "append") routes.push(added);
  else routes.splice(first, 0, added);
  return 0;
}

/** What names a route that is to go; fields that are null are not asked about. */
export interface RouteSelector {
  readonly table: number;
  readonly destination: Ipv4Address;
  readonly prefixLength: number;
  readonly tos: number;
  readonly type: RouteType | null;
  readonly gateway: Ipv4Address | null;
  readonly device: number | null;
  readonly metric: number | null;
  readonly scope: number | null;
  readonly protocol: number | null;
  readonly preferredSource: Ipv4Address | null;
  /** Ways of a multipath route, all of them in order; null for any. */
  readonly nextHops?: readonly NextHopConfig[] | null;
}

const asks = <T>(wanted: T | null, value: T): boolean => wanted === null || wanted === value;

/** `fib_nh_match`: one way that is named must be one of the route's, several must be all. */
function leadsTo({ gateway, device, nextHops }: RouteSelector, route: RouteConfig): boolean {
  const ways: readonly Pick<NextHopConfig, "gateway" | "device">[] = route.nextHops ?? [route];
  if (nextHops != null)
    return (
      nextHops.length === ways.length &&
      nextHops.every((hop, i) => {
        const way = ways[i];
        return way?.gateway === hop.gateway && (hop.device === 0 || way.device === hop.device);
      })
    );
  if (gateway === null && device === null) return true;
  return ways.length === 1 && asks(gateway, route.gateway) && asks(device, route.device);
}

const selects = (selector: RouteSelector, route: RouteConfig): boolean =>
  route.table === selector.table &&
  route.destination === selector.destination &&
  route.prefixLength === selector.prefixLength &&
  route.tos === selector.tos &&
  asks(selector.type, route.type) &&
  leadsTo(selector, route) &&
  asks(selector.metric, route.metric) &&
  asks(selector.scope, route.scope) &&
  asks(selector.protocol, route.protocol) &&
  asks(selector.preferredSource, route.preferredSource);

/** Removes the route that the kernel would meet first among those selected. ESRCH: there is none. */
export function deleteRoute(draft: NamespaceDraft, selector: RouteSelector): Errno {
  const { routes } = draft;
  let found = -1;
  routes.forEach((route, index) => {
    if (!selects(selector, route)) return;
    if (found === -1 || precedence(route, routes[found] as RouteConfig) < 0) found = index;
  });
  if (found === -1) return Errno.ESRCH;
  routes.splice(found, 1);
  return 0;
}

function removeWhere(draft: NamespaceDraft, gone: (route: RouteConfig) => boolean): void {
  const { routes } = draft;
  for (let i = routes.length - 1; i >= 0; i--)
    if (gone(routes[i] as RouteConfig)) routes.splice(i, 1);
}

/**
 * `fib_sync_down_dev`: the routes by a device that went down. Routes of scope host, which are those of local
 * addresses, stay: the host still owns its addresses. With `force` (no address is left, or the device is) they go too.
 */
export function flushDeviceRoutes(draft: NamespaceDraft, device: number, force: boolean): void {
  killWays(draft, device);
  removeWhere(draft, (route) => {
    if (route.nextHops !== undefined) return route.nextHops.every(({ dead }) => dead);
    return route.device === device && (force || route.scope !== Scope.host);
  });
}

/** The ways of multipath routes by a device that went down are dead; with its last way a route goes. */
function killWays(draft: NamespaceDraft, device: number): void {
  for (const { nextHops } of draft.routes)
    for (const hop of nextHops ?? []) if (hop.device === device) hop.dead = true;
}

/** `fib_sync_up`: they live again when the device comes up. */
export function reviveDeviceRoutes(draft: NamespaceDraft, device: number): void {
  for (const { nextHops } of draft.routes)
    for (const hop of nextHops ?? []) if (hop.device === device) hop.dead = false;
}

/** `fib_sync_down_addr`: routes of the main table whose source was an address that is no longer ours. */
export const flushRoutesFrom = (draft: NamespaceDraft, source: Ipv4Address): void =>
  removeWhere(
    draft,
    (route) =>
      route.table === RouteTable.main &&
      route.preferredSource === source &&
      routeError(route.type) === 0,
  );
