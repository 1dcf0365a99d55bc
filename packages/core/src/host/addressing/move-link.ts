/**
 * A device goes from one network namespace to another (`dev_change_net_namespace`): down, without addresses, ports and
 * what stood on it; it keeps its index where that is free.
 */
import { Errno } from "../../base/errno.ts";
import { type DeviceConfig, type DeviceKind, OWN_NETWORK } from "../device/config.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { addDeviceSysctls } from "../sysctl/device-sysctls.ts";
import { type DeviceDraft, draftOf, findDeviceByName } from "./edit-devices.ts";
import { insertDevice, nextIndex, unregisterDevice } from "./links.ts";

/** NETIF_F_NETNS_LOCAL. */
const STAY: readonly DeviceKind[] = ["loopback", "bridge"];

/** Whether the device belongs to its namespace for good: lo, bridges, and the devices that tunnels fall back on. */
export const isBoundToNetwork = ({ kind, name }: DeviceConfig): boolean =>
  STAY.includes(kind) || FALLBACK_DEVICES.includes(name);

const FALLBACK_DEVICES: readonly string[] = ["tunl0", "gre0", "gretap0", "erspan0"];

/** Takes the device out of the namespace that it leaves. ENODEV. */
export function takeOutLink(draft: NamespaceDraft, index: number): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  unregisterDevice(draft, device);
  return 0;
}

/** What a device is to the namespace numbered `to` when it comes from the one numbered `from`. */
export const asMoved = (
  device: DeviceConfig,
  from: number,
  to: number,
): Pick<DeviceConfig, "lowerNetwork"> => {
  const home = device.lowerNetwork === OWN_NETWORK ? from : device.lowerNetwork;
  return { lowerNetwork: device.lower === 0 || home === to ? OWN_NETWORK : home };
};

/** Puts a device from elsewhere into this namespace under `name`. EEXIST: the name is taken. */
export function putInLink(draft: NamespaceDraft, device: DeviceConfig, name: string): Errno {
  if (findDeviceByName(draft, name) !== undefined) return Errno.EEXIST;
  let { index } = device;
  if (draftOf(draft, index) !== undefined) {
    index = nextIndex(draft);
    draft.lastIndex = index;
  }
  const moved: DeviceConfig = {
    ...device,
    index,
    name,
    up: false,
    addresses: [],
    master: 0,
    port: null,
  };
  insertDevice(draft, moved as DeviceDraft);
  addDeviceSysctls(draft, name, false);
  return 0;
}
