/**
 * The routes that the kernel makes for an address and takes away with it (`fib_add_ifaddr`, `fib_del_ifaddr`): the
 * address itself and its broadcasts in the local table, its subnet in the main table.
 */
import { type Ipv4Address, isZeroNetAddress, prefixMask } from "../../packet/ipv4-address.ts";
import { type AddressConfig, type DeviceConfig, Scope } from "../device/config.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { type RouteConfig, RouteProtocol, RouteTable, RouteType } from "./config.ts";
import { deleteRoute, flushRoutesFrom, insertRoute } from "./edit-routes.ts";
import { addressTypeIn } from "./find-route.ts";

const networkOf = (address: AddressConfig): Ipv4Address =>
  (address.peer & prefixMask(address.prefixLength)) as Ipv4Address;

/** The last address of the subnet. */
const lastOf = (address: AddressConfig): Ipv4Address =>
  (address.peer | ~prefixMask(address.prefixLength)) as Ipv4Address;

/** Whether both are in one subnet of the same length. */
export const sameSubnet = (a: AddressConfig, b: AddressConfig): boolean =>
  a.prefixLength === b.prefixLength && networkOf(a) === networkOf(b);

/** The primary of the subnet of `address`: the source of its routes. */
const primaryOf = (device: DeviceConfig, address: AddressConfig): AddressConfig | undefined =>
  address.secondary
    ? device.addresses.find((other) => !other.secondary && sameSubnet(other, address))
    : address;

/** A subnet has a route of its own unless it is just the address. */
const hasSubnetRoute = (address: AddressConfig): boolean => {
  const network = networkOf(address);
  if (isZeroNetAddress(network) || address.secondary) return false;
  return network !== address.local || address.prefixLength < 32;
};

function kernelRoute(
  device: DeviceConfig,
  type: RouteType,
  destination: Ipv4Address,
  prefixLength: number,
  primary: AddressConfig,
): RouteConfig {
  return {
    table: type === RouteType.unicast ? RouteTable.main : RouteTable.local,
    type,
    destination,
    prefixLength,
    gateway: 0 as Ipv4Address,
    device: device.index,
    metric: 0,
    scope: type === RouteType.local ? Scope.host : Scope.link,
    protocol: RouteProtocol.kernel,
    preferredSource: primary.local,
    tos: 0,
    onlink: false,
    mtu: 0,
  };
}

const subnetType = (device: DeviceConfig): RouteType =>
  device.kind === "loopback" ? RouteType.local : RouteType.unicast;

/** Adds what an address needs; on a device that is down only the address itself becomes local. */
export function addAddressRoutes(
  draft: NamespaceDraft,
  device: DeviceConfig,
  address: AddressConfig,
): void {
  const primary = primaryOf(device, address);
  if (primary === undefined) return;
  const { broadcast, local, prefixLength } = address;
  append(draft, device, RouteType.local, local, 32, primary);
  if (!device.up) return;
  if (broadcast !== null && broadcast !== 0 && broadcast !== -1)
    append(draft, device, RouteType.broadcast, broadcast, 32, primary);
  if (!hasSubnetRoute(address)) return;
  append(draft, device, subnetType(device), networkOf(address), prefixLength, primary);
  if (prefixLength < 31) append(draft, device, RouteType.broadcast, lastOf(address), 32, primary);
}

function append(
  draft: NamespaceDraft,
  device: DeviceConfig,
  type: RouteType,
  destination: Ipv4Address,
  length: number,
  primary: AddressConfig,
): void {
  // the same route twice is refused, which is as good
  insertRoute(draft, kernelRoute(device, type, destination, length, primary), "append");
}

/** Which of the routes of an address other addresses still need. */
interface StillNeeded {
  local: boolean;
  broadcast: boolean;
  last: boolean;
  /** The address itself is still on the device: it only changes its primary. */
  kept: boolean;
}

/**
 * Removes the routes of `address`, which is no longer on the device. Routes that another address with the same
 * primary shares stay. `promotedFrom`: the primary that goes away while this secondary stays.
 */
export function removeAddressRoutes(
  draft: NamespaceDraft,
  device: DeviceConfig,
  address: AddressConfig,
  promotedFrom: AddressConfig | null = null,
): void {
  const primary = primaryOf(device, address);
  if (primary === undefined) return;
  const remove = (type: RouteType, destination: Ipv4Address, length: number): void => {
    const route = kernelRoute(device, type, destination, length, primary);
    deleteRoute(draft, { ...route, gateway: null, metric: null });
  };
  const subnet = hasSubnetRoute(address);
  if (subnet) remove(subnetType(device), networkOf(address), address.prefixLength);
  const needed = stillNeeded(device, address, primary, promotedFrom);
  if (!needed.broadcast) remove(RouteType.broadcast, address.broadcast ?? (0 as Ipv4Address), 32);
  if (subnet && address.prefixLength < 31 && !needed.last)
    remove(RouteType.broadcast, lastOf(address), 32);
  if (needed.local) return;
  remove(RouteType.local, address.local, 32);
  const isGone = addressTypeIn(draft, address.local, device.index) !== RouteType.local;
  if (!needed.kept && isGone) flushRoutesFrom(draft, address.local);
}

function stillNeeded(
  device: DeviceConfig,
  address: AddressConfig,
  primary: AddressConfig,
  promotedFrom: AddressConfig | null,
): StillNeeded {
  const needed = { local: false, broadcast: false, last: false, kept: false };
  const last = lastOf(address);
  for (const other of device.addresses) {
    if (other === address) {
      needed.kept = true;
      continue;
    }
    if (promotedFrom !== null && sameSubnet(other, promotedFrom)) continue;
    // routes carry the primary's address: only addresses with the same one can share them
    if (primaryOf(device, other)?.local !== primary.local) continue;
    if (other.local === address.local) needed.local = true;
    if (other.broadcast === address.broadcast) needed.broadcast = true;
    if (other.broadcast === last) needed.last = true;
    if (other.secondary || other.prefixLength >= 31 || isZeroNetAddress(networkOf(other))) continue;
    const otherLast = lastOf(other);
    if (address.broadcast === otherLast) needed.broadcast = true;
    if (last === otherLast) needed.last = true;
  }
  return needed;
}
