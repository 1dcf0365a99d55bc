/** The routes of the main table as /proc/net/route tells them (`fib_route_seq_show`). */
import {
  type Ipv4Address,
  listRoutes,
  type NetworkNamespace,
  prefixMask,
  type RouteConfig,
  RouteTable,
  RouteType,
} from "@lvsim/core";

export const RouteFlag = { up: 0x1, gateway: 0x2, host: 0x4, reject: 0x200 } as const;

/** One line of /proc/net/route. */
export interface RouteRow {
  /** `*` when packets leave by none. */
  readonly device: string;
  readonly destination: Ipv4Address;
  readonly gateway: Ipv4Address;
  readonly mask: Ipv4Address;
  readonly flags: number;
  readonly metric: number;
}

/** Broadcast and multicast routes are not listed. */
export function routeRows({ config }: NetworkNamespace): readonly RouteRow[] {
  return listRoutes(config, RouteTable.main)
    .filter(({ type }) => type !== RouteType.broadcast && type !== RouteType.multicast)
    .map((route) => {
      // of several ways the kernel tells the first
      const { device, gateway } = route.nextHops?.[0] ?? route;
      return {
        device: config.devices.find(({ index }) => index === device)?.name ?? "*",
        destination: route.destination,
        gateway,
        mask: prefixMask(route.prefixLength),
        flags: flagsOf(route, gateway),
        metric: route.metric,
      };
    });
}

function flagsOf({ prefixLength, type }: RouteConfig, gateway: Ipv4Address): number {
  let flags: number = RouteFlag.up;
  if (type === RouteType.unreachable || type === RouteType.prohibit) flags |= RouteFlag.reject;
  if (gateway !== 0) flags |= RouteFlag.gateway;
  if (prefixLength === 32) flags |= RouteFlag.host;
  return flags;
}
