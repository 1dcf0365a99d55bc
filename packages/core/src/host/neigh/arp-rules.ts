/** The rules of net.ipv4.conf.*.arp_* that decide about one ARP packet (net/ipv4/arp.c, devinet.c). */
import type { Frame } from "../../packet/frame.ts";
import { ANY_ADDRESS, type Ipv4Address } from "../../packet/ipv4-address.ts";
import { ArpOperation } from "../../packet/protocol.ts";
import { Scope } from "../device/config.ts";
import {
  AddressType,
  type ArpRoute,
  type ArpSysctls,
  type NeighbourDevice,
  type NeighbourEnvironment,
} from "./environment.ts";
import { effectiveScope, inSubnetOf } from "./source-address.ts";

/** Whether arp_ignore forbids to answer for `target`, a local address. `sender` is 0 in a probe. */
export function arpIgnores(
  environment: NeighbourEnvironment,
  device: NeighbourDevice,
  sysctls: ArpSysctls,
  sender: Ipv4Address,
  target: Ipv4Address,
): boolean {
  switch (sysctls.arpIgnore) {
    case 1:
      return !confirmsAddress(device, ANY_ADDRESS, target, Scope.host, sysctls);
    case 2:
      return !confirmsAddress(device, sender, target, Scope.host, sysctls);
    case 3:
      return !environment
        .devices()
        .some((any) =>
          confirmsAddress(any, ANY_ADDRESS, target, Scope.link, environment.arpSysctls(any)),
        );
    case 8:
      return true;
    default:
      return false;
  }
}

/**
 * `confirm_addr_indev`: whether the interface has `local` (0: any address) with at most `scope`, in a subnet that
 * holds `peer` too (0: don't care). In the order of its addresses, as the kernel goes through them.
 */
function confirmsAddress(
  { addresses }: NeighbourDevice,
  peer: Ipv4Address,
  local: Ipv4Address,
  scope: number,
  sysctls: ArpSysctls,
): boolean {
  const routeLocalnet = sysctls.routeLocalnet !== 0;
  let found: Ipv4Address = ANY_ADDRESS;
  let same = false;
  for (const address of addresses) {
    const isWide = effectiveScope(address, routeLocalnet) <= scope;
    if (found === ANY_ADDRESS && isWide && (local === ANY_ADDRESS || local === address.local)) {
      found = address.local;
      if (same) return true;
    }
    if (same) continue;
    same =
      (local === ANY_ADDRESS || inSubnetOf(local, address)) &&
      (peer === ANY_ADDRESS || inSubnetOf(peer, address));
    if (!same || found === ANY_ADDRESS) continue;
    if (local !== ANY_ADDRESS || peer === ANY_ADDRESS) return true;
    // without a wish for one address: the one found, or this one, must be in the peer's subnet
    if (inSubnetOf(found, address) || isWide) return true;
    same = false;
  }
  return same && found !== ANY_ADDRESS;
}

/** Whether a frame may make a new entry for `sender` although it doesn't ask for us. */
export function arpAccepts(
  device: NeighbourDevice,
  sysctls: ArpSysctls,
  sender: Ipv4Address,
): boolean {
  if (sysctls.arpAccept !== 2) return sysctls.arpAccept === 1;
  return confirmsAddress(device, sender, ANY_ADDRESS, Scope.link, sysctls);
}

/** Whether the frame announces its sender's own address, which is nobody else's known to us. */
export function isGratuitous(environment: NeighbourEnvironment, frame: Frame): boolean {
  if (frame.source !== frame.destination) return false;
  if (frame.arpOperation === ArpOperation.reply && frame.arpTargetMac !== frame.arpSenderMac) {
    return false;
  }
  return environment.addressType(frame.source) === AddressType.unicast;
}

/** Whether a request for an address behind `route` is answered on its owner's behalf by proxy_arp. */
export function proxiesByRoute(
  environment: NeighbourEnvironment,
  device: NeighbourDevice,
  sysctls: ArpSysctls,
  route: ArpRoute,
  frame: Frame,
): boolean {
  if (route.device === device.index) {
    return sysctls.proxyArpPvlan !== 0 && frame.source !== frame.destination;
  }
  if (sysctls.proxyArp === 0) return false;
  const medium = sysctls.mediumId;
  if (medium === 0) return true;
  if (medium === -1) return false;
  const output = environment.devices().find((one) => one.index === route.device);
  const outputMedium = output === undefined ? 0 : environment.arpSysctls(output).mediumId;
  return outputMedium !== medium && outputMedium !== -1;
}
