/**
 * Devices as `ip link` changes them: coming, going, up, down, and their properties. What happens besides in the
 * kernel (addresses, routes, sysctls) happens here; tables of live devices, as the neighbours', are their owner's.
 */
import { Errno } from "../../base/errno.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { MacAddress } from "../../packet/mac-address.ts";
import {
  type DeviceConfig,
  type DeviceKind,
  type LinkDetails,
  OWN_NETWORK,
  PLAIN_DEVICE,
  Scope,
} from "../device/config.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { addAddressRoutes } from "../route/address-routes.ts";
import { flushDeviceRoutes, reviveDeviceRoutes } from "../route/edit-routes.ts";
import {
  addDeviceSysctls,
  removeDeviceSysctls,
  renameDeviceSysctls,
} from "../sysctl/device-sysctls.ts";
import { deleteAddressAt, insertAddress } from "./addresses.ts";
import { releasePort } from "./bridge-ports.ts";
import {
  type AddressDraft,
  type DeviceDraft,
  draftOf,
  findDeviceByName,
  uppersOf,
} from "./edit-devices.ts";

/** A device to be made, down and without addresses. */
export interface LinkSpec {
  readonly name: string;
  readonly kind: DeviceKind;
  readonly mac: MacAddress;
  readonly mtu: number;
  readonly noArp: boolean;
  /** 0 takes the next number that was never given out. */
  readonly index: number;
  /** Where it stands on another device: that one's index, and its namespace unless it is this one. */
  readonly lower?: number;
  readonly lowerNetwork?: number;
  readonly pair?: number;
  readonly txQueueLength?: number;
  readonly details?: LinkDetails;
}

/** Devices that their modules make in every namespace: deleting one is accepted and does nothing. */
const FALLBACK_DEVICES: readonly string[] = ["tunl0", "gre0", "gretap0", "erspan0"];
const NAME_LENGTH_MAX = 15;
/** The least MTU with which a device can have IPv4 addresses. */
export const IPV4_MTU_MIN = 68;
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
  if (!isValidName(spec.name)) return Errno.EINVAL;
  if (findDeviceByName(draft, spec.name) !== undefined) return Errno.EEXIST;
  const index = spec.index === 0 ? nextIndex(draft) : spec.index;
  if (draftOf(draft, index) !== undefined) return Errno.EBUSY;
  if (spec.index === 0) draft.lastIndex = index;
  insertDevice(draft, {
    index,
    name: spec.name,
    kind: spec.kind,
    mac: spec.mac,
    mtu: spec.mtu,
    up: false,
    noArp: spec.noArp,
    addresses: [],
    txQueueLength: spec.txQueueLength ?? PLAIN_DEVICE.txQueueLength,
    // one by one: a spread behind other properties costs a lab more than all else of a device
    promiscuous: PLAIN_DEVICE.promiscuous,
    allMulticast: PLAIN_DEVICE.allMulticast,
    alias: PLAIN_DEVICE.alias,
    group: PLAIN_DEVICE.group,
    master: PLAIN_DEVICE.master,
    port: PLAIN_DEVICE.port,
    lower: spec.lower ?? PLAIN_DEVICE.lower,
    lowerNetwork: spec.lowerNetwork ?? OWN_NETWORK,
    pair: spec.pair ?? 0,
    details: (spec.details as DeviceDraft["details"] | undefined) ?? null,
  });
  addDeviceSysctls(draft, spec.name, spec.kind === "loopback");
  return 0;
}

/** `dev_new_index`: numbers go up and are not used again. */
export function nextIndex(draft: NamespaceDraft): number {
  let index = draft.lastIndex + 1;
  while (draftOf(draft, index) !== undefined) index++;
  return index;
}

/** Puts a device in its place in the order of indices. */
export function insertDevice({ devices }: NamespaceDraft, device: DeviceDraft): void {
  let at = 0;
  while (at < devices.length && (devices[at] as DeviceDraft).index <= device.index) at++;
  if (at === devices.length) devices.push(device);
  else devices.splice(at, 0, device);
}

/** `ip link del`, with what stands on the device here. EOPNOTSUPP: lo stays. */
export function removeLink(draft: NamespaceDraft, index: number): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  if (device.kind === "loopback") return Errno.EOPNOTSUPP;
  if (FALLBACK_DEVICES.includes(device.name)) return 0;
  unregisterDevice(draft, device);
  return 0;
}

/** `unregister_netdevice`: takes a device out of the namespace; ports are released, and what stands on it goes too. */
export function unregisterDevice(draft: NamespaceDraft, device: DeviceDraft): void {
  for (const upper of uppersOf(draft, device.index)) unregisterDevice(draft, upper);
  releasePort(draft, device);
  for (const port of draft.devices)
    if (port.master === device.index) {
      port.master = 0;
      port.port = null;
    }
  disableIpv4(draft, device);
  removeDeviceSysctls(draft, device.name);
  draft.devices.splice(draft.devices.indexOf(device), 1);
}

/** `inetdev_destroy`: all addresses and all routes of a device. */
export function disableIpv4(draft: NamespaceDraft, device: DeviceDraft): void {
  // secondaries first, so that none is promoted
  while (device.addresses.length > 0) deleteAddressAt(draft, device, device.addresses.length - 1);
  flushDeviceRoutes(draft, device.index, true);
}

/**
 * `ip link set up`: the addresses get their routes; lo gets 127.0.0.1 when it has no address; VLANs on it come up as
 * well. ENETDOWN: it is a VLAN of a device that is down; EADDRINUSE: a macvlan with an address that another has.
 */
export function setLinkUp(draft: NamespaceDraft, index: number): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  if (device.up) return 0;
  const refusal = mayOpen(draft, device);
  if (refusal !== 0) return refusal;
  device.up = true;
  if (device.mtu >= IPV4_MTU_MIN) {
    if (device.kind === "loopback" && device.addresses.length === 0)
      insertAddress(draft, device, loopbackAddress(device));
    for (const address of device.addresses) addAddressRoutes(draft, device, address);
    reviveDeviceRoutes(draft, device.index);
  }
  for (const upper of uppersOf(draft, index))
    if (upper.kind === "vlan") setLinkUp(draft, upper.index);
  return 0;
}

function mayOpen(draft: NamespaceDraft, device: DeviceDraft): Errno {
  if (device.lower === 0 || device.lowerNetwork !== OWN_NETWORK) return 0;
  const lower = draftOf(draft, device.lower);
  if (device.kind === "vlan") return lower?.up === true ? 0 : Errno.ENETDOWN;
  if (device.details?.kind !== "macvlan" || device.details.mode === "passthru") return 0;
  const isTaken = (other: DeviceDraft): boolean => other !== device && other.mac === device.mac;
  const siblings = uppersOf(draft, device.lower).filter(({ kind, up }) => kind === "macvlan" && up);
  return [...siblings, ...(lower === undefined ? [] : [lower])].some(isTaken)
    ? Errno.EADDRINUSE
    : 0;
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

/** `ip link set down`: all routes by the device go, static ones for good; its addresses stay this host's. VLANs follow. */
export function setLinkDown(draft: NamespaceDraft, index: number): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  if (!device.up) return 0;
  device.up = false;
  flushDeviceRoutes(draft, index, false);
  for (const upper of uppersOf(draft, index))
    if (upper.kind === "vlan") setLinkDown(draft, upper.index);
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
