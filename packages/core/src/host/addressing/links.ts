/**
 * Devices as `ip link` changes them: coming, going, up, down, and their properties. What happens besides in the
 * kernel (addresses, routes, sysctls) happens here; tables of live devices, as the neighbours', are their owner's.
 */
import { Errno } from "../../base/errno.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { isGroupMac, type MacAddress } from "../../packet/mac-address.ts";
import { type DeviceConfig, type DeviceKind, Scope } from "../device/config.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { addAddressRoutes } from "../route/address-routes.ts";
import { flushDeviceRoutes } from "../route/edit-routes.ts";
import {
  addDeviceSysctls,
  removeDeviceSysctls,
  renameDeviceSysctls,
} from "../sysctl/device-sysctls.ts";
import { deleteAddressAt, insertAddress } from "./addresses.ts";
import { type AddressDraft, type DeviceDraft, draftOf, findDeviceByName } from "./edit-devices.ts";

/** A device to be made, down and without addresses. */
export interface LinkSpec {
  readonly name: string;
  readonly kind: DeviceKind;
  readonly mac: MacAddress;
  readonly mtu: number;
  readonly noArp: boolean;
  /** 0 takes the number after the greatest one in use. */
  readonly index: number;
}

/** Devices that their modules make in every namespace: deleting one is accepted and does nothing. */
const FALLBACK_DEVICES: readonly string[] = ["tunl0", "gre0", "gretap0", "erspan0"];
const NAME_LENGTH_MAX = 15;
/** The least MTU with which a device can have IPv4 addresses. */
const IPV4_MTU_MIN = 68;
const LOOPBACK_ADDRESS = 0x7f000001 as Ipv4Address;

/** `dev_valid_name`; one name more is ours to refuse, because objects are keyed by names. */
const isValidName = (name: string): boolean =>
  name !== "" &&
  name.length <= NAME_LENGTH_MAX &&
  name !== "." &&
  name !== ".." &&
  name !== "__proto__" &&
  !/[\s/:]/.test(name);

/** Makes a device. EEXIST: the name is taken; EBUSY: the index is; EINVAL: no device can have this name. */
export function addLink(draft: NamespaceDraft, spec: LinkSpec): Errno {
  const { devices } = draft;
  if (!isValidName(spec.name)) return Errno.EINVAL;
  if (findDeviceByName(draft, spec.name) !== undefined) return Errno.EEXIST;
  const index = spec.index === 0 ? (devices.at(-1)?.index ?? 0) + 1 : spec.index;
  if (draftOf(draft, index) !== undefined) return Errno.EBUSY;
  const after = devices.findIndex((device) => device.index > index);
  devices.splice(after === -1 ? devices.length : after, 0, {
    index,
    name: spec.name,
    kind: spec.kind,
    mac: spec.mac,
    mtu: spec.mtu,
    up: false,
    noArp: spec.noArp,
    addresses: [],
  });
  addDeviceSysctls(draft, spec.name, spec.kind === "loopback");
  return 0;
}

/** `ip link del`. EOPNOTSUPP: lo stays. */
export function removeLink(draft: NamespaceDraft, index: number): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  if (device.kind === "loopback") return Errno.EOPNOTSUPP;
  if (FALLBACK_DEVICES.includes(device.name)) return 0;
  disableIpv4(draft, device);
  removeDeviceSysctls(draft, device.name);
  draft.devices.splice(draft.devices.indexOf(device), 1);
  return 0;
}

/** `inetdev_destroy`: all addresses and all routes of a device. */
function disableIpv4(draft: NamespaceDraft, device: DeviceDraft): void {
  // secondaries first, so that none is promoted
  while (device.addresses.length > 0) deleteAddressAt(draft, device, device.addresses.length - 1);
  flushDeviceRoutes(draft, device.index, true);
}

/** `ip link set up`: the addresses get their routes; lo gets 127.0.0.1 when it has no address. */
export function setLinkUp(draft: NamespaceDraft, index: number): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  if (device.up) return 0;
  device.up = true;
  if (device.mtu < IPV4_MTU_MIN) return 0;
  if (device.kind === "loopback" && device.addresses.length === 0)
    insertAddress(draft, device, loopbackAddress(device));
  for (const address of device.addresses) addAddressRoutes(draft, device, address);
  return 0;
}

const loopbackAddress = (device: DeviceConfig): AddressDraft => ({
  local: LOOPBACK_ADDRESS,
  peer: LOOPBACK_ADDRESS,
  prefixLength: 8,
  broadcast: null,
  scope: Scope.host,
  label: device.name,
  secondary: false,
});

/** `ip link set down`: all routes by the device go, static ones for good; its addresses stay this host's. */
export function setLinkDown(draft: NamespaceDraft, index: number): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  if (!device.up) return 0;
  device.up = false;
  flushDeviceRoutes(draft, index, false);
  return 0;
}

/** `ip link set name`. EBUSY: the device is up; labels follow the name. */
export function renameLink(draft: NamespaceDraft, index: number, name: string): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  if (device.up) return Errno.EBUSY;
  if (!isValidName(name)) return Errno.EINVAL;
  if (name === device.name) return 0;
  if (findDeviceByName(draft, name) !== undefined) return Errno.EEXIST;
  renameDeviceSysctls(draft, device.name, name);
  device.name = name;
  device.addresses.forEach((address, i) => {
    const colon = address.label.indexOf(":");
    const suffix = colon === -1 ? `:${i}` : address.label.slice(colon);
    // the first address always takes the bare name
    const label = i === 0 ? name : (name + suffix).slice(0, NAME_LENGTH_MAX);
    device.addresses[i] = { ...address, label };
  });
  return 0;
}

/** The MTUs that a kind of device takes, both inclusive (`ip -d link` shows them). */
export function mtuBounds(kind: DeviceKind): { readonly min: number; readonly max: number } {
  if (kind === "loopback" || kind === "dummy") return { min: 0, max: 0x7fffffff };
  return { min: IPV4_MTU_MIN, max: kind === "ipip" ? 65515 : 65535 };
}

/** `ip link set mtu`. EINVAL: outside `mtuBounds`. Below 68 octets the device loses its addresses. */
export function setLinkMtu(draft: NamespaceDraft, index: number, mtu: number): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  const { min, max } = mtuBounds(device.kind);
  if (mtu < min || mtu > max) return Errno.EINVAL;
  device.mtu = mtu;
  if (mtu < IPV4_MTU_MIN) disableIpv4(draft, device);
  return 0;
}

/** `ip link set address`. EADDRNOTAVAIL: no Ethernet address of one station; EOPNOTSUPP: the device has none. */
export function setLinkMac(draft: NamespaceDraft, index: number, mac: MacAddress): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  if (device.kind === "ipip" || device.kind === "gre") return Errno.EOPNOTSUPP;
  if (mac === 0 || isGroupMac(mac)) return Errno.EADDRNOTAVAIL;
  device.mac = mac;
  return 0;
}

/** `ip link set arp off | on`. */
export function setLinkNoArp(draft: NamespaceDraft, index: number, noArp: boolean): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  device.noArp = noArp;
  return 0;
}
