/**
 * The routing decisions of one namespace (`ip_route_input`, `ip_route_output_key`). Tables are built from the
 * configuration when they are first needed; recent decisions are remembered until it changes.
 */
import { assert } from "../../base/assert.ts";
import type { Errno } from "../../base/errno.ts";
import { Generation } from "../../base/generation.ts";
import { ANY_ADDRESS, type Ipv4Address } from "../../packet/ipv4-address.ts";
import type { DropReason } from "../../trace/drop-reason.ts";
import type { Decider } from "../../trace/trace.ts";
import type { NamespaceConfig } from "../namespace-config.ts";
import { RouteType } from "./config.ts";
import { InputRouting } from "./input-routing.ts";
import { OutputRouting } from "./output-routing.ts";
import type { Route } from "./route.ts";
import { RouteCache } from "./route-cache.ts";
import type { RouterEnvironment } from "./router-environment.ts";
import { RoutingTables } from "./routing-tables.ts";

export class Router {
  /** After `input`: the sender is a neighbour on the device, so that a redirect may help it. */
  sourceOnLink = 0;
  /** After `output`: the source of the packet, given or chosen; 0 when the host has none. */
  source: Ipv4Address = ANY_ADDRESS;
  /** Grows with every change: a route kept from before must be looked up again. */
  readonly generation: Generation;
  private readonly environment: RouterEnvironment;
  private readonly inputRouting: InputRouting;
  private readonly outputRouting: OutputRouting;
  private readonly inputCache = new RouteCache();
  private readonly outputCache = new RouteCache();
  private readonly anySourceCache = new RouteCache();
  /** The route that `sourceFor` was asked about last, and its answer. */
  private sourceRoute: Route | null = null;
  private sourceAnswer: Ipv4Address = ANY_ADDRESS;
  private config: NamespaceConfig | null = null;
  private tables: RoutingTables | null = null;

  constructor(environment: RouterEnvironment, generation = new Generation()) {
    this.environment = environment;
    this.generation = generation;
    this.inputRouting = new InputRouting(environment);
    this.outputRouting = new OutputRouting(environment);
  }

  /**
   * Takes over a configuration, also when only sysctls changed. Whoever changes it in place, as while a lab is built,
   * hands it over again.
   */
  configure(config: NamespaceConfig): void {
    const { config: old } = this;
    const same =
      old !== null &&
      old !== config &&
      old.routes === config.routes &&
      old.rules === config.rules &&
      old.devices === config.devices;
    if (same && old.sysctls === config.sysctls) {
      this.config = config;
      return;
    }
    if (!same || old?.sysctls.conf !== config.sysctls.conf) this.tables = null;
    this.config = config;
    this.forget();
  }

  private forget(): void {
    this.inputCache.clear();
    this.outputCache.clear();
    this.anySourceCache.clear();
    this.sourceRoute = null;
    this.generation.value++;
  }

  /** A device's carrier came or went: routes may count now that did not, or the other way round. */
  carrierChanged(): void {
    this.tables = null;
    this.forget();
  }

  /** After `input` or `output` gave null: why, as the trace says it. */
  get dropReason(): DropReason {
    return this.inputRouting.dropReason;
  }

  /** After `input` gave null: the route or rule that decided; null when it is just that there is none. */
  get decider(): Decider | null {
    return this.inputRouting.decider;
  }

  /** After `input` gave null: the code of the ICMP error for the sender; −1 for none. */
  get unreachableCode(): number {
    return this.inputRouting.unreachableCode;
  }

  /** After `input` gave null: the error number, as `ip route get … iif` tells it. */
  get inputErrno(): Errno {
    return this.inputRouting.errno;
  }

  /** After `output` gave null: the error number for whoever wanted to send. */
  get errno(): Errno {
    return this.outputRouting.errno;
  }

  /**
   * The route of a packet that came in by `device`: to this host (local, broadcast, multicast) or on (unicast). Null:
   * the packet ends here.
   */
  input(
    destination: Ipv4Address,
    source: Ipv4Address,
    tos: number,
    mark: number,
    device: number,
  ): Route | null {
    const cached = this.inputCache.find(destination, source, device, tos, mark);
    if (cached !== null) {
      this.sourceOnLink = cached.sourceOnLink;
      return cached.route;
    }
    const { inputRouting } = this;
    const route = inputRouting.route(this.current(), destination, source, tos, mark, device);
    this.sourceOnLink = inputRouting.sourceOnLink;
    if (route === null) return null;
    const kept = this.inputCache.keep(destination, source, device, tos, mark, route);
    kept.sourceOnLink = inputRouting.sourceOnLink;
    return route;
  }

  /**
   * The route of a packet of our own; `source` and `outputInterface` are 0 when not fixed. The source must be ours.
   * Null: there is none, and `errno` says why.
   */
  output(
    destination: Ipv4Address,
    source: Ipv4Address,
    outputInterface: number,
    mark: number,
    tos: number,
  ): Route | null {
    const cache = this.outputCache;
    return this.outgoing(cache, destination, source, outputInterface, mark, tos, false);
  }

  /** As `output`, for a packet whose source need not be ours (FLOWI_FLAG_ANYSRC): IPVS and rerouted packets. */
  outputFromAny(
    destination: Ipv4Address,
    source: Ipv4Address,
    outputInterface: number,
    mark: number,
    tos: number,
  ): Route | null {
    const cache = this.anySourceCache;
    return this.outgoing(cache, destination, source, outputInterface, mark, tos, true);
  }

  private outgoing(
    cache: RouteCache,
    destination: Ipv4Address,
    source: Ipv4Address,
    outputInterface: number,
    mark: number,
    tos: number,
    anySource: boolean,
  ): Route | null {
    const cached = cache.find(destination, source, outputInterface, tos, mark);
    if (cached !== null) {
      this.source = cached.chosenSource;
      return cached.route;
    }
    const { outputRouting } = this;
    const out = outputInterface;
    const tables = this.current();
    const route = outputRouting.route(tables, destination, source, out, mark, tos, anySource);
    this.source = outputRouting.source;
    if (route === null) return null;
    const kept = cache.keep(destination, source, out, tos, mark, route);
    kept.chosenSource = outputRouting.source;
    return route;
  }

  /** The source for packets of our own to `destination` that take `route`; 0 when the host has none. */
  sourceFor(route: Route, destination: Ipv4Address): Ipv4Address {
    // only a local route's source depends on the destination
    if (route.type === RouteType.local) return this.current().sourceFor(route, destination);
    if (route !== this.sourceRoute) {
      this.sourceAnswer = this.current().sourceFor(route, destination);
      this.sourceRoute = route;
    }
    return this.sourceAnswer;
  }

  /** The best source on a device towards `target` (0: anybody), of `scope` or wider; 0 when the host has none. */
  selectSource(device: number, target: Ipv4Address, scope: number): Ipv4Address {
    return this.current().selectSource(device, target, scope);
  }

  /** Whether `a`, and `b` too unless it is 0, lie in the subnet of one address of the device. */
  isOnLink(device: number, a: Ipv4Address, b: Ipv4Address): boolean {
    return this.current().addresses.onLink(device, a, b);
  }

  /** What an address is to this host: local, broadcast, multicast, else unicast. */
  addressType(address: Ipv4Address): RouteType {
    return this.current().fib.addressType(address);
  }

  isLocal(address: Ipv4Address): boolean {
    return this.current().fib.isLocal(address);
  }

  /** Quick and wrong to one side only: false for most addresses to which `input` would give no local route. */
  mayBeLocal(address: Ipv4Address): boolean {
    const tables = this.tables ?? this.current();
    return tables.fib.mayBeLocal(address);
  }

  /** `ip_fib_check_default`: whether a route by the device leads to this gateway. */
  isGateway(address: Ipv4Address, device: number): boolean {
    for (const { gateway, device: by, nextHops } of this.config?.routes ?? [])
      for (const way of nextHops ?? [{ gateway, device: by }])
        if (way.gateway === address && way.device === device) return true;
    return false;
  }

  isBroadcast(address: Ipv4Address): boolean {
    return this.addressType(address) === RouteType.broadcast;
  }

  private current(): RoutingTables {
    if (this.tables === null) {
      assert(this.config !== null, "the router has no configuration yet");
      this.tables = new RoutingTables(this.config, this.environment);
    }
    return this.tables;
  }
}
