/** All that routing knows of one configuration, made when first asked for and thrown away with the configuration. */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { NamespaceConfig } from "../namespace-config.ts";
import { isUntouched } from "../sysctl/device-sysctls.ts";
import { RouteType } from "./config.ts";
import { DirectRoute } from "./direct-route.ts";
import { Fib } from "./fib.ts";
import { HostAddresses } from "./host-addresses.ts";
import type { Route } from "./route.ts";
import type { RouterEnvironment } from "./router-environment.ts";

/** More than the greatest route type: packs device and type into one key. */
const TYPES = 16;

/** Whether routes by a device don't count: it has no carrier, and ignore_routes_with_linkdown is set. */
function isDown(config: NamespaceConfig, environment: RouterEnvironment) {
  if (isUntouched(config.sysctls)) return undefined;
  let ignores = false;
  for (const { index } of config.devices)
    if (environment.conf(index)?.ignoreRoutesWithLinkdown === 1) ignores = true;
  if (!ignores) return undefined;
  return (device: number): boolean =>
    environment.conf(device)?.ignoreRoutesWithLinkdown === 1 && !environment.hasCarrier(device);
}

export class RoutingTables {
  readonly fib: Fib;
  readonly addresses: HostAddresses;
  private readonly environment: RouterEnvironment;
  private direct: Map<number, DirectRoute> | null = null;

  constructor(config: NamespaceConfig, environment: RouterEnvironment) {
    this.fib = new Fib(config, isDown(config, environment));
    this.addresses = new HostAddresses(config.devices);
    this.environment = environment;
  }

  /** The route of this type straight out of a device. */
  directRoute(type: RouteType, device: number): DirectRoute {
    this.direct ??= new Map();
    const key = device * TYPES + type;
    let route = this.direct.get(key);
    if (route === undefined) {
      route = new DirectRoute(type, device, this.addresses.device(device)?.name ?? `if${device}`);
      this.direct.set(key, route);
    }
    return route;
  }

  /** `inet_select_addr`. */
  selectSource(device: number, target: Ipv4Address, scope: number): Ipv4Address {
    const routeLocalnet = this.environment.conf(device)?.routeLocalnet === 1;
    return this.addresses.select(device, target, scope, routeLocalnet);
  }

  /** `fib_result_prefsrc`: the source for packets of our own that take `route`. */
  sourceFor(route: Route, destination: Ipv4Address): Ipv4Address {
    if (route.preferredSource !== 0) return route.preferredSource;
    if (route.type === RouteType.local) return destination;
    // a gateway that is the host itself is still whom the source is chosen for
    const single = route.group === null && route.config !== null;
    const gateway = single ? route.config.gateway : route.gateway;
    return this.selectSource(route.device, gateway, route.scope);
  }

  /** Whether a packet of ours may carry this source: it is configured, or the local table makes it ours. */
  isOwnSource(source: Ipv4Address): boolean {
    return this.fib.ownerOf(source) !== 0 || this.fib.deviceOfLocal(source) !== 0;
  }
}
