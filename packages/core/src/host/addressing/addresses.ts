/**
 * Addresses of devices as `ip addr` changes them (devinet.c): the order in which the kernel keeps them, primaries and
 * secondaries, and the routes that come and go with them.
 */
import { Errno } from "../../base/errno.ts";
import { type Ipv4Address, inPrefix } from "../../packet/ipv4-address.ts";
import type { AddressConfig, AddressLifetime } from "../device/config.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { addAddressRoutes, removeAddressRoutes, sameSubnet } from "../route/address-routes.ts";
import { flushDeviceRoutes, reviveDeviceRoutes } from "../route/edit-routes.ts";
import { interfaceSysctls } from "../sysctl/device-sysctls.ts";
import { type AddressDraft, type DeviceDraft, draftOf } from "./edit-devices.ts";

/** An address to be added: whether it is secondary turns out; a label of "" becomes the device's name. */
export type AddressSpec = Omit<AddressConfig, "secondary">;

/**
 * `ip addr add`. EEXIST: the device has this address with this prefix; EINVAL: its subnet is there with another scope;
 * ENODEV. Nothing is changed then.
 */
export function addAddress(draft: NamespaceDraft, index: number, spec: AddressSpec): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  if (spec.prefixLength > 32) return Errno.EINVAL;
  const address: AddressDraft = {
    local: spec.local,
    peer: spec.peer,
    prefixLength: spec.prefixLength,
    broadcast: spec.broadcast,
    scope: spec.scope,
    label: spec.label === "" ? device.name : spec.label,
    secondary: false,
  };
  if (spec.lifetime !== undefined) address.lifetime = spec.lifetime;
  return insertAddress(draft, device, address);
}

/** `inet_insert_ifa`. The address 0.0.0.0 is taken and forgotten, as the kernel does. */
export function insertAddress(
  draft: NamespaceDraft,
  device: DeviceDraft,
  address: AddressDraft,
): Errno {
  if (address.local === 0) return 0;
  address.secondary = false;
  let afterPrimaries = 0;
  for (let i = 0; i < device.addresses.length; i++) {
    const other = device.addresses[i] as AddressDraft;
    if (!other.secondary && address.scope <= other.scope) afterPrimaries = i + 1;
    if (other.prefixLength !== address.prefixLength) continue;
    if (!inPrefix(address.peer, other.peer, other.prefixLength)) continue;
    if (other.local === address.local) return Errno.EEXIST;
    if (other.scope !== address.scope) return Errno.EINVAL;
    address.secondary = true;
  }
  const position = address.secondary ? device.addresses.length : afterPrimaries;
  if (position === device.addresses.length) device.addresses.push(address);
  else device.addresses.splice(position, 0, address);
  addAddressRoutes(draft, device, address);
  if (device.up) reviveDeviceRoutes(draft, device.index);
  return 0;
}

/** Gives an address that is there other lifetimes; undefined for ever. ENODEV, EADDRNOTAVAIL. */
export function setLifetime(
  draft: NamespaceDraft,
  index: number,
  selector: AddressSelector,
  lifetime: AddressLifetime | undefined,
): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  const address = device.addresses.find((other) => selects(selector, other));
  if (address === undefined) return Errno.EADDRNOTAVAIL;
  if (lifetime === undefined) delete address.lifetime;
  else address.lifetime = { ...lifetime };
  return 0;
}

/** What names an address that is to go; null is not asked about. */
export interface AddressSelector {
  readonly local: Ipv4Address;
  /** With it the whole prefix must be the same; null takes any (`ip addr del` without a length). */
  readonly prefixLength: number | null;
  readonly peer: Ipv4Address | null;
  readonly label: string | null;
}

/** `ip addr del`: the first address that fits. EADDRNOTAVAIL: there is none. ENODEV. */
export function removeAddress(
  draft: NamespaceDraft,
  index: number,
  selector: AddressSelector,
): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  const position = device.addresses.findIndex((address) => selects(selector, address));
  if (position === -1) return Errno.EADDRNOTAVAIL;
  deleteAddressAt(draft, device, position);
  return 0;
}

function selects(selector: AddressSelector, address: AddressDraft): boolean {
  const { local, prefixLength, peer, label } = selector;
  if (address.local !== local || (label !== null && address.label !== label)) return false;
  if (prefixLength === null) return true;
  return (
    address.prefixLength === prefixLength && inPrefix(peer ?? local, address.peer, prefixLength)
  );
}

/** IN_DEV_PROMOTE_SECONDARIES. */
const promotes = (draft: NamespaceDraft, device: DeviceDraft): boolean =>
  interfaceSysctls(draft.sysctls, "all").promote_secondaries !== 0 ||
  interfaceSysctls(draft.sysctls, device.name).promote_secondaries !== 0;

/**
 * `__inet_del_ifa`: removes an address with its routes. The secondaries of a primary go before it, unless
 * promote_secondaries makes the first of them the new primary. Without any address left the device loses all routes.
 */
export function deleteAddressAt(
  draft: NamespaceDraft,
  device: DeviceDraft,
  position: number,
): AddressDraft {
  const { addresses } = device;
  const address = addresses[position] as AddressDraft;
  const heir = address.secondary ? undefined : addresses.find((other) => isHeir(other, address));
  const promoted = heir !== undefined && promotes(draft, device) ? heir : undefined;
  if (promoted !== undefined) {
    // all secondaries of the subnet get another source
    for (const other of addresses.slice(addresses.indexOf(promoted)))
      if (sameSubnet(other, address)) removeAddressRoutes(draft, device, other, address);
  } else if (heir !== undefined) removeHeirs(draft, device, address);
  addresses.splice(addresses.indexOf(address), 1);
  forgetRoutes(draft, device, address);
  if (promoted !== undefined) promote(draft, device, promoted, address);
  return address;
}

const isHeir = (other: AddressDraft, primary: AddressDraft): boolean =>
  other.secondary && sameSubnet(other, primary);

function removeHeirs(draft: NamespaceDraft, device: DeviceDraft, primary: AddressDraft): void {
  const { addresses } = device;
  for (;;) {
    const position = addresses.findIndex((other) => isHeir(other, primary));
    if (position === -1) return;
    const [heir] = addresses.splice(position, 1);
    forgetRoutes(draft, device, heir as AddressDraft);
  }
}

/** `fib_inetaddr_event`. */
function forgetRoutes(draft: NamespaceDraft, device: DeviceDraft, address: AddressDraft): void {
  removeAddressRoutes(draft, device, address);
  if (device.addresses.length === 0) flushDeviceRoutes(draft, device.index, true);
}

/** The heir moves behind the primaries of its scope, and the subnet's routes come back with its address. */
function promote(
  draft: NamespaceDraft,
  device: DeviceDraft,
  secondary: AddressDraft,
  gone: AddressDraft,
): void {
  const { addresses } = device;
  addresses.splice(addresses.indexOf(secondary), 1);
  const heir = { ...secondary, secondary: false };
  let position = 0;
  addresses.forEach((other, i) => {
    if (!other.secondary && gone.scope <= other.scope) position = i + 1;
  });
  addresses.splice(position, 0, heir);
  addAddressRoutes(draft, device, heir);
  for (const other of addresses)
    if (other !== heir && sameSubnet(other, gone)) addAddressRoutes(draft, device, other);
}

/** The broadcast address that `brd +` computes; null where a subnet has none. */
export const computedBroadcast = (local: Ipv4Address, prefixLength: number): Ipv4Address | null =>
  prefixLength >= 31 ? null : ((local | (-1 >>> prefixLength)) as Ipv4Address);
