/**
 * Looking a route up in a configuration by going through all routes (`fib_lookup`): for edits, which must know what
 * the routes say now. Packets use `Fib`, which gives the same answer.
 */
import { Errno } from "../../base/errno.ts";
import {
  type Ipv4Address,
  inPrefix,
  isMulticastAddress,
  isZeroNetAddress,
  LIMITED_BROADCAST,
} from "../../packet/ipv4-address.ts";
import type { NamespaceConfig } from "../namespace-config.ts";
import { type PolicyRuleConfig, type RouteConfig, RouteTable, RouteType } from "./config.ts";
import { precedence, routeError } from "./route-types.ts";
import { hasDefaultRules, ruleError, selectsPacket } from "./rules.ts";

export interface RouteQuery {
  readonly destination: Ipv4Address;
  readonly source: Ipv4Address;
  readonly tos: number;
  readonly mark: number;
  /** Name of the device; "lo" for packets of our own. */
  readonly inputInterface: string;
  /** Index that the route must have; 0 for any. */
  readonly outputInterface: number;
  /** Routes that reach farther are passed over. */
  readonly scope: number;
}

/** The best route of the given tables taken as one; undefined when none fits. */
export function findInTables(
  config: NamespaceConfig,
  tables: readonly number[],
  query: RouteQuery,
): RouteConfig | undefined {
  let best: RouteConfig | undefined;
  for (const route of config.routes) {
    if (!tables.includes(route.table) || !fits(route, query)) continue;
    const order =
      best === undefined ? -1 : best.prefixLength - route.prefixLength || precedence(route, best);
    if (order < 0) best = route;
  }
  return best;
}

function fits(route: RouteConfig, query: RouteQuery): boolean {
  if (!inPrefix(query.destination, route.destination, route.prefixLength)) return false;
  if (route.tos !== 0 && route.tos !== query.tos) return false;
  if (route.scope < query.scope) return false;
  const { outputInterface } = query;
  if (outputInterface === 0 || routeError(route.type) !== 0) return true;
  return leadsBy(route, outputInterface);
}

/** Whether a route, or one of its ways, leads by a device. */
const leadsBy = ({ device, nextHops }: RouteConfig, by: number): boolean =>
  nextHops === undefined ? device === by : nextHops.some((hop) => hop.device === by && !hop.dead);

/** The route for a query, or the error number that the kernel gives. */
export function findRoute(config: NamespaceConfig, query: RouteQuery): RouteConfig | Errno {
  // without rules of its own the kernel keeps the local and the main table as one
  if (hasDefaultRules(config.rules)) {
    const merged = resolve(findInTables(config, [RouteTable.local, RouteTable.main], query));
    if (typeof merged === "object") return merged;
    const hasDefaults = config.routes.some((route) => route.table === RouteTable.default);
    const last = hasDefaults ? resolve(findInTables(config, [RouteTable.default], query)) : merged;
    return last === Errno.EAGAIN ? Errno.ENETUNREACH : last;
  }
  return findByRules(config, query);
}

function findByRules(config: NamespaceConfig, query: RouteQuery): RouteConfig | Errno {
  const { rules } = config;
  let at = 0;
  while (at < rules.length) {
    const rule = rules[at] as PolicyRuleConfig;
    at++;
    if (!ruleMatches(config, rule, query)) continue;
    if (ruleError(rule) !== 0) return ruleError(rule);
    if (rule.action === "goto") {
      const target = rules.findIndex(({ priority }) => priority === rule.target);
      if (target >= 0) at = target;
    }
    if (rule.action !== "lookup") continue;
    const found = resolve(findInTables(config, [rule.table], query));
    if (found === Errno.EAGAIN) continue;
    if (typeof found === "number" || found.prefixLength > rule.suppressPrefixLength) return found;
  }
  return Errno.ENETUNREACH;
}

function resolve(route: RouteConfig | undefined): RouteConfig | Errno {
  if (route === undefined) return Errno.EAGAIN;
  return routeError(route.type) || route;
}

function ruleMatches(config: NamespaceConfig, rule: PolicyRuleConfig, query: RouteQuery): boolean {
  const output = config.devices.find(({ name }) => name === rule.outputInterface);
  const fits =
    (rule.inputInterface === "" || rule.inputInterface === query.inputInterface) &&
    (rule.outputInterface === "" ||
      (output !== undefined && output.index === query.outputInterface)) &&
    selectsPacket(rule, query);
  return fits !== rule.not;
}

/** `inet_addr_type_dev_table`: what an address is to this host; with a device, only what that device makes of it. */
export function addressTypeIn(
  config: NamespaceConfig,
  address: Ipv4Address,
  device = 0,
): RouteType {
  if (isZeroNetAddress(address) || address === LIMITED_BROADCAST) return RouteType.broadcast;
  if (isMulticastAddress(address)) return RouteType.multicast;
  const tables = hasDefaultRules(config.rules)
    ? [RouteTable.local, RouteTable.main]
    : [RouteTable.local];
  const route = findInTables(config, tables, queryFor(address));
  if (route === undefined || routeError(route.type) !== 0) return RouteType.unicast;
  return device === 0 || device === route.device ? route.type : RouteType.unicast;
}

/** A query for packets of our own to an address, with nothing else said. */
export const queryFor = (destination: Ipv4Address): RouteQuery => ({
  destination,
  source: 0 as Ipv4Address,
  tos: 0,
  mark: 0,
  inputInterface: "lo",
  outputInterface: 0,
  scope: 0,
});
