/**
 * `ip route add | append | prepend | replace | change | del` (`fib_create_info`, `fib_check_nh`): what the kernel
 * demands of a route before it takes it. Left out: nexthop objects.
 */
import { Errno } from "../../base/errno.ts";
import { type Ipv4Address, prefixMask } from "../../packet/ipv4-address.ts";
import { type DeviceConfig, Scope } from "../device/config.ts";
import type { NamespaceConfig, NamespaceDraft } from "../namespace-config.ts";
import { type NextHopConfig, type RouteConfig, RouteTable, RouteType } from "./config.ts";
import { deleteRoute, insertRoute, type RouteSelector, type RouteVerb } from "./edit-routes.ts";
import { addressTypeIn, findInTables, findRoute, queryFor } from "./find-route.ts";
import { DONE, type RouteOutcome, refused } from "./route-outcome.ts";
import { routeError, widestScope } from "./route-types.ts";

const ECN_BITS = 3;

/** Adds a route as the verb says; the device may be 0 where the gateway tells it. Nothing is changed on refusal. */
export function addRoute(draft: NamespaceDraft, route: RouteConfig, verb: RouteVerb): RouteOutcome {
  if (route.prefixLength > 32) return refused(Errno.EINVAL, "Invalid prefix length");
  if ((route.destination & ~prefixMask(route.prefixLength)) !== 0)
    return refused(Errno.EINVAL, "Invalid prefix for given prefix length");
  if ((route.tos & ECN_BITS) !== 0)
    return refused(Errno.EINVAL, "Invalid dsfield (tos): ECN bits must be 0");
  const completed = copyOf(route);
  const outcome = checkRoute(draft, completed);
  if (outcome.errno !== 0) return outcome;
  return refused(insertRoute(draft, completed, verb));
}

/** A route under scrutiny: its next hop may tell the device. */
type Candidate = { -readonly [Field in keyof RouteConfig]: RouteConfig[Field] };

/** Field by field, in the order in which the kernel's own routes are made: so all routes of most hosts have one shape. */
function copyOf(route: RouteConfig): Candidate {
  const copy: Candidate = {
    table: route.table,
    type: route.type,
    destination: route.destination,
    prefixLength: route.prefixLength,
    gateway: route.gateway,
    device: route.device,
    metric: route.metric,
    scope: route.scope,
    protocol: route.protocol,
    preferredSource: route.preferredSource,
    tos: route.tos,
    onlink: route.onlink,
    mtu: route.mtu,
  } satisfies Omit<Required<Candidate>, "nextHops" | "metrics" | "lockedMetrics">;
  if (route.nextHops !== undefined) copy.nextHops = route.nextHops;
  if (route.metrics !== undefined) copy.metrics = route.metrics;
  if (route.lockedMetrics !== undefined) copy.lockedMetrics = route.lockedMetrics;
  return copy;
}

function checkRoute(config: NamespaceConfig, route: Candidate): RouteOutcome {
  if (widestScope(route.type) > route.scope) return refused(Errno.EINVAL, "Invalid scope");
  if (routeError(route.type) !== 0) {
    const isBare = route.gateway === 0 && route.device === 0 && route.nextHops === undefined;
    if (isBare) return checkSource(config, route);
    return refused(
      Errno.EINVAL,
      "Gateway, device and multipath can not be specified for this route type",
    );
  }
  if (route.scope > Scope.host) return refused(Errno.EINVAL, "Invalid scope");
  const nextHop =
    route.nextHops === undefined ? checkNextHop(config, route) : checkWays(config, route);
  return nextHop.errno === 0 ? checkSource(config, route) : nextHop;
}

/** Each way of a multipath route by itself; the device of one may be told by its gateway. */
function checkWays(config: NamespaceConfig, route: Candidate): RouteOutcome {
  const ways: NextHopConfig[] = [];
  for (const hop of route.nextHops ?? []) {
    if (route.scope === Scope.host)
      return refused(Errno.EINVAL, "Route with host scope can not have multiple nexthops");
    const way: Candidate = { ...route, ...hop };
    const outcome = checkNextHop(config, way);
    if (outcome.errno !== 0) return outcome;
    ways.push({ ...hop, device: way.device });
  }
  route.nextHops = ways;
  return DONE;
}

function checkNextHop(config: NamespaceConfig, route: Candidate): RouteOutcome {
  if (route.scope === Scope.host) {
    if (route.gateway !== 0)
      return refused(Errno.EINVAL, "Route with host scope can not have a gateway");
    return deviceAt(config, route.device) === undefined ? refused(Errno.ENODEV) : DONE;
  }
  if (route.gateway === 0) return checkDirect(config, route);
  return route.onlink ? checkOnlink(config, route) : checkGateway(config, route);
}

function checkDirect(config: NamespaceConfig, route: Candidate): RouteOutcome {
  if (route.onlink)
    return refused(Errno.EINVAL, "Invalid flags for nexthop - PERVASIVE and ONLINK can not be set");
  const device = deviceAt(config, route.device);
  if (device === undefined) return refused(Errno.ENODEV);
  return device.up ? DONE : refused(Errno.ENETDOWN, "Device for nexthop is not up");
}

function checkOnlink(config: NamespaceConfig, route: Candidate): RouteOutcome {
  if (route.scope >= Scope.link) return refused(Errno.EINVAL, "Nexthop has invalid scope");
  const device = deviceAt(config, route.device);
  if (device === undefined) return refused(Errno.ENODEV, "Nexthop device required for onlink");
  if (!device.up) return refused(Errno.ENETDOWN, "Nexthop device is not up");
  return addressTypeIn(config, route.gateway, device.index) === RouteType.unicast
    ? DONE
    : refused(Errno.EINVAL, "Nexthop has invalid gateway");
}

/** The gateway must be a neighbour by the routes that are there, or the host itself. */
function checkGateway(config: NamespaceConfig, route: Candidate): RouteOutcome {
  const query = {
    ...queryFor(route.gateway),
    outputInterface: route.device,
    scope: Math.max(route.scope + 1, Scope.link),
  };
  const own =
    route.table === RouteTable.main ? undefined : findInTables(config, [route.table], query);
  const found = own !== undefined && routeError(own.type) === 0 ? own : findRoute(config, query);
  if (typeof found === "number") return refused(found, "Nexthop has invalid gateway");
  if (found.type !== RouteType.unicast && found.type !== RouteType.local)
    return refused(Errno.EINVAL, "Nexthop has invalid gateway");
  route.device = found.device;
  return deviceAt(config, found.device)?.up === true ? DONE : refused(Errno.ENETDOWN);
}

/** `fib_valid_prefsrc`: the source must be ours, but for the route that makes it ours. */
function checkSource(config: NamespaceConfig, route: Candidate): RouteOutcome {
  const { preferredSource } = route;
  if (preferredSource === 0) return DONE;
  if (route.type === RouteType.local && preferredSource === route.destination) return DONE;
  return addressTypeIn(config, preferredSource) === RouteType.local
    ? DONE
    : refused(Errno.EINVAL, "Invalid prefsrc address");
}

const deviceAt = (config: NamespaceConfig, index: number): DeviceConfig | undefined =>
  config.devices.find((device) => device.index === index);

/** A selector that asks for the prefix in a table and nothing else. */
export const selectorOf = (
  table: number,
  destination: Ipv4Address,
  prefixLength: number,
): RouteSelector => ({
  table,
  destination,
  prefixLength,
  tos: 0,
  type: null,
  gateway: null,
  device: null,
  metric: null,
  scope: null,
  protocol: null,
  preferredSource: null,
});

/** `ip route del`: the first route that fits. ESRCH: there is none. */
export function removeRoute(draft: NamespaceDraft, selector: RouteSelector): RouteOutcome {
  if (selector.prefixLength > 32) return refused(Errno.EINVAL, "Invalid prefix length");
  if ((selector.destination & ~prefixMask(selector.prefixLength)) !== 0)
    return refused(Errno.EINVAL, "Invalid prefix for given prefix length");
  const known =
    selector.table >= RouteTable.default ||
    draft.routes.some((route) => route.table === selector.table);
  if (!known) return refused(Errno.ESRCH, "ipv4: FIB table does not exist");
  return refused(deleteRoute(draft, selector));
}
