/** What `ifup` and `ifdown` of CentOS 7 do to the network (network-scripts' ifup-eth, ifdown-eth), as changes of configuration. */
import {
  addAddress,
  addRoute,
  computedBroadcast,
  type HostDevice,
  type NamespaceDraft,
  prefixMask,
  removeAddress,
  routeOf,
  Scope,
  setLinkDown,
  setLinkUp,
} from "@lvsim/core";
import { type Ifcfg, type IfcfgAddress, isNeighbour } from "./ifcfg.ts";

/** `ip addr flush … scope global` (of lo: host, so that a VIP on it stays), then the link goes down. */
export function takeDown(draft: NamespaceDraft, device: HostDevice): number {
  const scopes: readonly number[] = device.loopback ? [Scope.host] : [Scope.universe, Scope.host];
  for (const address of device.addresses.slice().reverse()) {
    if (!scopes.includes(address.scope)) continue;
    const { label, local, peer, prefixLength } = address;
    removeAddress(draft, device.index, { local, prefixLength, peer, label });
  }
  return setLinkDown(draft, device.index);
}

export const bringUp = (draft: NamespaceDraft, device: HostDevice): number =>
  setLinkUp(draft, device.index);

/** Whether the device has the address already. */
export const hasAddress = (device: HostDevice, { local, prefixLength }: IfcfgAddress): boolean =>
  device.addresses.some((own) => own.local === local && own.prefixLength === prefixLength);

export const putAddress = (
  draft: NamespaceDraft,
  device: HostDevice,
  { local, prefixLength }: IfcfgAddress,
): number =>
  addAddress(draft, device.index, {
    local,
    peer: local,
    prefixLength,
    broadcast: computedBroadcast(local, prefixLength),
    scope: device.loopback ? Scope.host : Scope.universe,
    label: device.name,
  });

/** A gateway that is no neighbour by the first address is passed over. */
export function putDefaultRoute(draft: NamespaceDraft, device: HostDevice, file: Ifcfg): number {
  const [first] = file.addresses;
  const { gateway } = file;
  if (gateway === undefined || first === undefined || !file.hasDefaultRoute) return 0;
  if (!isNeighbour(first, gateway) || prefixMask(first.prefixLength) === 0) return 0;
  return addRoute(draft, routeOf({ gateway, device: device.index }), "replace").errno;
}
