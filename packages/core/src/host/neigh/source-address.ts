/** Which of a host's addresses to use towards a target (`inet_select_addr` in net/ipv4/devinet.c). */
import { ANY_ADDRESS, type Ipv4Address, inPrefix } from "../../packet/ipv4-address.ts";
import { type AddressConfig, Scope } from "../device/config.ts";

/** Whether `address` lies in the subnet of the interface address `of`. */
export const inSubnetOf = (address: Ipv4Address, of: AddressConfig): boolean =>
  inPrefix(address, of.peer, of.prefixLength);

/** With route_localnet, addresses of scope host count as link-wide. */
export const effectiveScope = (address: AddressConfig, routeLocalnet: boolean): number =>
  Math.min(address.scope, routeLocalnet ? Scope.link : Scope.host);

/** Whatever has addresses. */
export interface Addressed {
  readonly addresses: readonly AddressConfig[];
}

/** Who knows all devices. It is asked only where the first is of no use: asking makes those that nobody has used. */
export interface DeviceKeeper {
  devices(): readonly Addressed[];
}

/**
 * The primary address of `device` whose subnet contains `target` (0: any), else its first primary one that
 * `scope` allows; else one of another of the keeper's devices, in their order (lo first), link-wide ones left out; 0 for
 * none.
 */
export function selectSourceAddress(
  keeper: DeviceKeeper,
  device: Addressed,
  target: Ipv4Address,
  scope: number,
  routeLocalnet: boolean,
): Ipv4Address {
  let first: AddressConfig | null = null;
  for (const address of device.addresses) {
    if (address.secondary || effectiveScope(address, routeLocalnet) > scope) continue;
    if (target === ANY_ADDRESS || inSubnetOf(target, address)) return address.local;
    first ??= address;
  }
  if (first !== null) return first.local;
  for (const other of keeper.devices()) {
    for (const address of other.addresses) {
      if (address.secondary || address.scope === Scope.link || address.scope > scope) continue;
      return address.local;
    }
  }
  return ANY_ADDRESS;
}
