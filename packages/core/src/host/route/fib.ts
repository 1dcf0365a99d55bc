/**
 * The forwarding information base of a namespace: its tables and policy rules made ready for lookups (`fib_lookup`).
 * Built from immutable configuration; a change of routes, rules or devices needs another one. As in the kernel, a
 * namespace without rules of its own has local and main in one table, so that the longest prefix of both wins.
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
import { type PolicyRuleConfig, RouteProtocol, RouteTable, RouteType } from "./config.ts";
import { FibRoute } from "./fib-route.ts";
import { PrefixTable } from "./prefix-table.ts";
import { hasDefaultRules } from "./rules.ts";

/** A rule with its interfaces as indices: 0 for any, −1 for one that is not there. */
interface FibRule {
  readonly config: PolicyRuleConfig;
  readonly inputInterface: number;
  readonly outputInterface: number;
  readonly table: PrefixTable | null;
}

export class Fib {
  /** Why the last lookup gave null, or the error of the route that it gave; a positive error number. */
  errno = 0;
  /** The kernel may not judge sources by the addresses alone. */
  readonly hasCustomLocalRoutes: boolean;
  readonly hasCustomRules: boolean;
  /** Index of lo, 0 when there is none. */
  readonly loopback: number;
  /** local and main as one, or local alone when there are rules. */
  private readonly local: PrefixTable;
  private readonly fallback: PrefixTable | null;
  private readonly rules: readonly FibRule[];

  constructor(config: NamespaceConfig) {
    const { routes, devices } = config;
    this.loopback = devices.find((device) => device.kind === "loopback")?.index ?? 0;
    this.hasCustomLocalRoutes = routes.some(
      (route) => route.type === RouteType.local && route.protocol !== RouteProtocol.kernel,
    );
    this.hasCustomRules = !hasDefaultRules(config.rules);
    const all = routes.map((route) => new FibRoute(route, this.loopback, devices));
    const made = new Map<number, PrefixTable>();
    const of = (table: number): PrefixTable | null => {
      const some = all.filter((route) => route.table === table);
      // once only: a route is linked into the chain of its prefix
      if (!made.has(table) && some.length > 0) made.set(table, new PrefixTable(some));
      return made.get(table) ?? null;
    };
    if (this.hasCustomRules) {
      this.local = of(RouteTable.local) ?? new PrefixTable([]);
      this.fallback = null;
      this.rules = compileRules(config, of);
    } else {
      const merged = (route: FibRoute): boolean =>
        route.table === RouteTable.local || route.table === RouteTable.main;
      this.local = new PrefixTable(all.filter(merged));
      this.fallback = of(RouteTable.default);
      this.rules = [];
    }
    for (const route of all) {
      const { gateway, onlink } = route.config;
      if (gateway !== 0 && !onlink && this.isLocal(gateway)) route.reachDirectly();
    }
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
    if (this.hasCustomRules)
      return this.lookupByRules(destination, source, tos, mark, inputInterface, outputInterface);
    let route = this.local.lookup(destination, tos, 0, outputInterface);
    if (route !== null && route.error === 0) return route;
    if (this.fallback !== null) {
      route = this.fallback.lookup(destination, tos, 0, outputInterface);
      if (route !== null && route.error === 0) return route;
    }
    this.refuse(route);
    return null;
  }

  /** The route with an error that the last lookup met, for whoever wants to name it. */
  refusedBy: FibRoute | null = null;

  private refuse(route: FibRoute | null): void {
    const counts = route !== null && route.error !== Errno.EAGAIN;
    this.refusedBy = counts ? route : null;
    this.errno = counts ? route.error : Errno.ENETUNREACH;
  }

  private lookupByRules(
    destination: Ipv4Address,
    source: Ipv4Address,
    tos: number,
    mark: number,
    inputInterface: number,
    outputInterface: number,
  ): FibRoute | null {
    const { rules } = this;
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i] as FibRule;
      if (rule.table === null) continue;
      if (rule.inputInterface !== 0 && rule.inputInterface !== inputInterface) continue;
      if (rule.outputInterface !== 0 && rule.outputInterface !== outputInterface) continue;
      if (!selects(rule.config, destination, source, mark)) continue;
      const route = rule.table.lookup(destination, tos, 0, outputInterface);
      if (route === null || route.error === Errno.EAGAIN) continue;
      if (route.error === 0) return route;
      this.refuse(route);
      return null;
    }
    this.refuse(null);
    return null;
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

  /** The device that owns a local address by the local table (`__ip_dev_find`); 0 when none does. */
  deviceOfLocal(address: Ipv4Address): number {
    const route = this.local.lookup(address, 0, 0, 0);
    return route !== null && route.type === RouteType.local ? route.nextHopDevice : 0;
  }
}

function compileRules(
  config: NamespaceConfig,
  tableOf: (table: number) => PrefixTable | null,
): FibRule[] {
  const indexOf = (name: string): number =>
    name === "" ? 0 : (config.devices.find((device) => device.name === name)?.index ?? -1);
  return config.rules.map((rule) => ({
    config: rule,
    inputInterface: indexOf(rule.inputInterface),
    outputInterface: indexOf(rule.outputInterface),
    table: tableOf(rule.table),
  }));
}

const selects = (
  rule: PolicyRuleConfig,
  destination: Ipv4Address,
  source: Ipv4Address,
  mark: number,
): boolean =>
  ((rule.mark ^ mark) & rule.markMask) === 0 &&
  inPrefix(source, rule.source, rule.sourceLength) &&
  inPrefix(destination, rule.destination, rule.destinationLength);
