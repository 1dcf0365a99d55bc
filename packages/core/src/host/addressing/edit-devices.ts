/** Finding a device in a configuration, and what its kind says about it. */

import { type DeviceConfig, type DeviceKind, OWN_NETWORK } from "../device/config.ts";
import type { NamespaceConfig, NamespaceDraft } from "../namespace-config.ts";

/** A device under change. */
export type DeviceDraft = NamespaceDraft["devices"][number];
/** An address under change. */
export type AddressDraft = DeviceDraft["addresses"][number];

export const findDevice = (config: NamespaceConfig, index: number): DeviceConfig | undefined =>
  config.devices.find((device) => device.index === index);

export const findDeviceByName = (config: NamespaceConfig, name: string): DeviceConfig | undefined =>
  config.devices.find((device) => device.name === name);

/** The device to be changed; undefined when there is none. Patches come in the order in which a draft was looked at. */
export function draftOf({ devices }: NamespaceDraft, index: number): DeviceDraft | undefined {
  for (let i = 0; i < devices.length; i++) {
    const device = devices[i] as DeviceDraft;
    if (device.index === index) return device;
  }
  return undefined;
}

/** VLANs and macvlans on a device, as far as they are in the same namespace. */
export const uppersOf = (draft: NamespaceDraft, index: number): DeviceDraft[] =>
  draft.devices.filter(
    ({ lower, lowerNetwork }) => lower === index && lowerNetwork === OWN_NETWORK,
  );

const HAVE_NO_BROADCAST: readonly DeviceKind[] = ["loopback", "ipip", "gre"];

/** IFF_BROADCAST: the link has a broadcast address, as Ethernet has. */
export const hasBroadcast = (kind: DeviceKind): boolean => !HAVE_NO_BROADCAST.includes(kind);
