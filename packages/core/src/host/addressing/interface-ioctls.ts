/**
 * Addresses as net-tools' `ifconfig` sets them, one ioctl after the other (`devinet_ioctl`): by device name or label
 * (`eth0:2`), with netmasks of the old address classes. As in the kernel a change takes the address away and adds the
 * new one, so that the last address of a device takes its static routes with it.
 */
import { Errno } from "../../base/errno.ts";
import {
  type Ipv4Address,
  isLoopbackAddress,
  isZeroNetAddress,
  LIMITED_BROADCAST,
  prefixMask,
} from "../../packet/ipv4-address.ts";
import { Scope } from "../device/config.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { deleteAddressAt, insertAddress } from "./addresses.ts";
import { type AddressDraft, type DeviceDraft, hasBroadcast } from "./edit-devices.ts";
import { setLinkDown, setLinkUp } from "./links.ts";

interface Target {
  readonly device: DeviceDraft;
  /** Of the first address with this label; −1 when there is none. */
  readonly position: number;
}

function targetOf(draft: NamespaceDraft, name: string): Target | undefined {
  const [base] = name.split(":");
  const device = draft.devices.find((other) => other.name === base);
  if (device === undefined) return undefined;
  return { device, position: device.addresses.findIndex(({ label }) => label === name) };
}

/** The prefix length of an address' class; 0 for 0/8 and 255.255.255.255, −1 for multicast (`inet_abc_len`). */
export function classfulLength(address: Ipv4Address): number {
  if (isZeroNetAddress(address) || address === LIMITED_BROADCAST) return 0;
  const first = address >>> 24;
  if (first < 128) return 8;
  if (first < 192) return 16;
  if (first < 224) return 24;
  return first < 240 ? -1 : 32;
}

/** Takes an address off the device; what comes back is a value of its own, to be changed and put in again. */
function takeOff(draft: NamespaceDraft, target: Target): AddressDraft {
  return { ...deleteAddressAt(draft, target.device, target.position) };
}

/**
 * SIOCSIFADDR: gives `name` this address with the netmask and broadcast of its class; a tunnel with a fixed other end
 * has the address alone. EINVAL: multicast. 0.0.0.0 takes
 * the address away. EEXIST: the subnet has this address under another label; as on Linux the draft has lost the old
 * address then, so that whoever wants all or nothing throws it away.
 */
export function setInterfaceAddress(
  draft: NamespaceDraft,
  name: string,
  local: Ipv4Address,
): Errno {
  const target = targetOf(draft, name);
  if (target === undefined) return Errno.ENODEV;
  const ofClass = classfulLength(local);
  if (ofClass < 0) return Errno.EINVAL;
  const { device, position } = target;
  const prefixLength = isPointToPoint(device) ? 32 : ofClass;
  if (position !== -1) {
    if (device.addresses[position]?.local === local) return 0;
    deleteAddressAt(draft, device, position);
  }
  const last = (local | ~prefixMask(prefixLength)) as Ipv4Address;
  return insertAddress(draft, device, {
    local,
    peer: local,
    prefixLength,
    broadcast: hasBroadcast(device.kind) && prefixLength < 31 ? last : null,
    scope: isLoopbackAddress(local) ? Scope.host : Scope.universe,
    label: name,
    secondary: false,
  });
}

/** IFF_POINTOPOINT. */
const isPointToPoint = ({ details }: DeviceDraft): boolean =>
  details?.kind === "tunnel" && details.remote !== 0;

const isMask = (mask: Ipv4Address): boolean => (~mask & (~mask + 1)) === 0;

/**
 * SIOCSIFNETMASK: a broadcast address that fitted the old netmask is computed anew, but not for /31 and /32. EINVAL:
 * not ones followed by zeros; EADDRNOTAVAIL: no such label.
 */
export function setInterfaceNetmask(draft: NamespaceDraft, name: string, mask: Ipv4Address): Errno {
  const target = targetOf(draft, name);
  if (target === undefined) return Errno.ENODEV;
  const now = target.device.addresses[target.position];
  if (now === undefined) return Errno.EADDRNOTAVAIL;
  if (!isMask(mask)) return Errno.EINVAL;
  const prefixLength = Math.clz32(~mask);
  if (prefixLength === now.prefixLength) return 0;
  const address = takeOff(draft, target);
  const fitted = address.broadcast === (address.local | ~prefixMask(address.prefixLength));
  address.prefixLength = prefixLength;
  if (fitted && prefixLength < 31 && hasBroadcast(target.device.kind))
    address.broadcast = (address.local | ~mask) as Ipv4Address;
  insertAddress(draft, target.device, address);
  return 0;
}

/** SIOCSIFBRDADDR. EADDRNOTAVAIL: no such label. */
export function setInterfaceBroadcast(
  draft: NamespaceDraft,
  name: string,
  broadcast: Ipv4Address,
): Errno {
  const target = targetOf(draft, name);
  if (target === undefined) return Errno.ENODEV;
  const now = target.device.addresses[target.position];
  if (now === undefined) return Errno.EADDRNOTAVAIL;
  if ((now.broadcast ?? 0) === broadcast) return 0;
  const address = takeOff(draft, target);
  address.broadcast = broadcast === 0 ? null : broadcast;
  insertAddress(draft, target.device, address);
  return 0;
}

/** SIOCSIFDSTADDR: the other end of a point-to-point link. EADDRNOTAVAIL: no such label; EINVAL: multicast. */
export function setInterfacePeer(draft: NamespaceDraft, name: string, peer: Ipv4Address): Errno {
  const target = targetOf(draft, name);
  if (target === undefined) return Errno.ENODEV;
  const now = target.device.addresses[target.position];
  if (now === undefined) return Errno.EADDRNOTAVAIL;
  if (now.peer === peer) return 0;
  if (classfulLength(peer) < 0) return Errno.EINVAL;
  const address = takeOff(draft, target);
  address.peer = peer;
  insertAddress(draft, target.device, address);
  return 0;
}

/**
 * SIOCSIFFLAGS for IFF_UP: on a label, down takes its address away and up does nothing; EADDRNOTAVAIL when there is no
 * such label.
 */
export function setInterfaceUp(draft: NamespaceDraft, name: string, up: boolean): Errno {
  const target = targetOf(draft, name);
  if (target === undefined) return Errno.ENODEV;
  const { device, position } = target;
  if (!name.includes(":")) return (up ? setLinkUp : setLinkDown)(draft, device.index);
  if (position === -1) return Errno.EADDRNOTAVAIL;
  if (!up) deleteAddressAt(draft, device, position);
  return 0;
}
