/**
 * Routes as net-tools' `route` sets them (SIOCADDRT, SIOCDELRT; `rtentry_to_fib_config`): protocol boot, and put
 * before other routes of the same key.
 */
import { Errno } from "../../base/errno.ts";
import { ANY_ADDRESS, type Ipv4Address } from "../../packet/ipv4-address.ts";
import { type AddressConfig, type DeviceConfig, Scope } from "../device/config.ts";
import type { NamespaceConfig, NamespaceDraft } from "../namespace-config.ts";
import { addRoute, removeRoute, selectorOf } from "./add-route.ts";
import { RouteTable, RouteType } from "./config.ts";
import { addressTypeIn } from "./find-route.ts";
import { routeOf } from "./route-types.ts";

/** `struct rtentry`, as far as it is looked at. */
export interface RouteEntry {
  readonly destination: Ipv4Address;
  /** 32 for RTF_HOST. */
  readonly netmask: Ipv4Address;
  /** 0 when there is none; RTF_GATEWAY is set with it. */
  readonly gateway: Ipv4Address;
  /** Device or label (`eth0:2`); "" for none. */
  readonly device: string;
  /** As after `metric`; 0 for the default. */
  readonly metric: number;
  /** RTF_REJECT. */
  readonly reject: boolean;
  /** 0 when not given. */
  readonly mtu: number;
}

/** Whether a mask has its ones in front, and nothing of `address` lies beyond them. */
const isBadMask = (mask: Ipv4Address, address: Ipv4Address): boolean =>
  (address & ~mask) !== 0 || (~mask & (~mask + 1)) !== 0;

const lengthOf = (mask: Ipv4Address): number => Math.clz32(~mask);

interface ResolvedEntry {
  readonly index: number;
  readonly preferredSource: Ipv4Address;
}

/** The device that a name or label means; a label also means its address as the source. */
function resolveDevice(config: NamespaceConfig, name: string): ResolvedEntry | undefined {
  if (name === "") return { index: 0, preferredSource: ANY_ADDRESS };
  const [base] = name.split(":");
  const device: DeviceConfig | undefined = config.devices.find((other) => other.name === base);
  if (device === undefined) return undefined;
  if (!name.includes(":")) return { index: device.index, preferredSource: ANY_ADDRESS };
  const address: AddressConfig | undefined = device.addresses.find(({ label }) => label === name);
  return address && { index: device.index, preferredSource: address.local };
}

/** SIOCADDRT. Its errors have no sentences, only numbers. */
export function addRouteByIoctl(draft: NamespaceDraft, entry: RouteEntry): Errno {
  if (isBadMask(entry.netmask, entry.destination)) return Errno.EINVAL;
  const prefix = {
    destination: entry.destination,
    prefixLength: lengthOf(entry.netmask),
    table: RouteTable.main,
    metric: entry.metric,
  };
  if (entry.reject)
    return addRoute(
      draft,
      routeOf({ ...prefix, type: RouteType.unreachable, scope: Scope.host }),
      "prepend",
    ).errno;
  const device = resolveDevice(draft, entry.device);
  if (device === undefined) return Errno.ENODEV;
  const byNeighbour =
    entry.gateway !== 0 && addressTypeIn(draft, entry.gateway) === RouteType.unicast;
  const route = routeOf({
    ...prefix,
    gateway: entry.gateway,
    device: device.index,
    scope: byNeighbour ? Scope.universe : Scope.link,
    preferredSource: device.preferredSource,
    mtu: entry.mtu,
  });
  return addRoute(draft, route, "prepend").errno;
}

/** SIOCDELRT. ESRCH: there is no such route. */
export function removeRouteByIoctl(draft: NamespaceDraft, entry: RouteEntry): Errno {
  if (isBadMask(entry.netmask, entry.destination)) return Errno.EINVAL;
  const device = resolveDevice(draft, entry.device);
  if (device === undefined) return Errno.ENODEV;
  const { index, preferredSource } = device;
  return removeRoute(draft, {
    ...selectorOf(RouteTable.main, entry.destination, lengthOf(entry.netmask)),
    type: entry.reject ? RouteType.unreachable : RouteType.unicast,
    gateway: entry.gateway === 0 ? null : entry.gateway,
    device: index === 0 ? null : index,
    metric: entry.metric === 0 ? null : entry.metric,
    preferredSource: preferredSource === 0 ? null : preferredSource,
  }).errno;
}
