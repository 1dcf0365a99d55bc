/**
 * The list of routes itself (`fib_table_insert`, `fib_table_delete`, `fib_table_flush`): where a route goes among
 * those of the same prefix, and which one goes away. Whether a route makes sense is asked before (add-route.ts).
 */
import { Errno } from "../../base/errno.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { Scope } from "../device/config.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { type RouteConfig, RouteTable, type RouteType } from "./config.ts";
import { precedence, routeError, sameKey, sameRoute } from "./route-types.ts";

/** The verbs of `ip route`: with which flags of netlink they come. */
export type RouteVerb = "add" | "append" | "prepend" | "replace" | "change";

/** Puts a route into the list. EEXIST, ENOENT (change): nothing is changed. */
export function insertRoute(draft: NamespaceDraft, route: RouteConfig, verb: RouteVerb): Errno {
  const { routes } = draft;
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
    routes.push(route);
    return 0;
  }
  if (verb === "add") return Errno.EEXIST;
  if (verb === "replace" || verb === "change") {
    if (equal !== -1) return equal === first ? 0 : Errno.EEXIST;
    routes[first] = route;
    return 0;
  }
  if (equal !== -1) return Errno.EEXIST;
  if (verb === "append") routes.push(route);
  else routes.splice(first, 0, route);
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
}

const asks = <T>(wanted: T | null, value: T): boolean => wanted === null || wanted === value;

const selects = (selector: RouteSelector, route: RouteConfig): boolean =>
  route.table === selector.table &&
  route.destination === selector.destination &&
  route.prefixLength === selector.prefixLength &&
  route.tos === selector.tos &&
  asks(selector.type, route.type) &&
  asks(selector.gateway, route.gateway) &&
  asks(selector.device, route.device) &&
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
export const flushDeviceRoutes = (draft: NamespaceDraft, device: number, force: boolean): void =>
  removeWhere(draft, (route) => route.device === device && (force || route.scope !== Scope.host));

/** `fib_sync_down_addr`: routes of the main table whose source was an address that is no longer ours. */
export const flushRoutesFrom = (draft: NamespaceDraft, source: Ipv4Address): void =>
  removeWhere(
    draft,
    (route) =>
      route.table === RouteTable.main &&
      route.preferredSource === source &&
      routeError(route.type) === 0,
  );
