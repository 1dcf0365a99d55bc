/** The rules of net.ipv4.conf.*.arp_* that decide about one ARP packet (net/ipv4/arp.c, devinet.c). */
import type { Frame } from "../../packet/frame.ts";
import { ANY_ADDRESS, type Ipv4Address } from "../../packet/ipv4-address.ts";
import { ArpOperation } from "../../packet/protocol.ts";
import { type AddressConfig, Scope } from "../device/config.ts";
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
  const { addresses } = device;
  switch (sysctls.arpIgnore) {
    case 1:
      return !confirmsAddress(addresses, ANY_ADDRESS, target, Scope.host, sysctls);
    case 2:
      return !confirmsAddress(addresses, sender, target, Scope.host, sysctls);
    case 3:
      return !environment
        .devices()
        .some((any) =>
          confirmsAddress(
            any.addresses,
            ANY_ADDRESS,
            target,
            Scope.link,
            environment.arpSysctls(any),
          ),
        );
    case 8:
      return true;
    default:
      return false;
  }
}

/**
 * Whether `local` is configured with at most `scope`, and one subnet contains both it and `peer` (0: don't care),
 * as `inet_confirm_addr` checks on one interface.
 */
function confirmsAddress(
  addresses: readonly AddressConfig[],
  peer: Ipv4Address,
  local: Ipv4Address,
  scope: number,
  sysctls: ArpSysctls,
): boolean {
  const routeLocalnet = sysctls.routeLocalnet !== 0;
  return (
    addresses.some(
      (address) => local === address.local && effectiveScope(address, routeLocalnet) <= scope,
    ) &&
    addresses.some(
      (address) =>
        inSubnetOf(local, address) && (peer === ANY_ADDRESS || inSubnetOf(peer, address)),
    )
  );
}

/** Whether a frame may make a new entry for `sender` although it doesn't ask for us. */
export function arpAccepts(
  device: NeighbourDevice,
  sysctls: ArpSysctls,
  sender: Ipv4Address,
): boolean {
  if (sysctls.arpAccept !== 2) return sysctls.arpAccept === 1;
  // the sender must share a subnet with an address that others may know
  const routeLocalnet = sysctls.routeLocalnet !== 0;
  const known = device.addresses.filter(
    (address) => effectiveScope(address, routeLocalnet) <= Scope.link,
  );
  return device.addresses.some(
    (subnet) =>
      inSubnetOf(sender, subnet) && known.some((address) => inSubnetOf(address.local, subnet)),
  );
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
