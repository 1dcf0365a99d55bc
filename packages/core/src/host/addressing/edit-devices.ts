/** Finding a device in a configuration, and what its kind says about it. */

import type { DeviceConfig, DeviceKind } from "../device/config.ts";
import type { NamespaceConfig, NamespaceDraft } from "../namespace-config.ts";

/** A device under change. */
export type DeviceDraft = NamespaceDraft["devices"][number];
/** An address under change. */
export type AddressDraft = DeviceDraft["addresses"][number];

export const findDevice = (config: NamespaceConfig, index: number): DeviceConfig | undefined =>
  config.devices.find((device) => device.index === index);

export const findDeviceByName = (config: NamespaceConfig, name: string): DeviceConfig | undefined =>
  config.devices.find((device) => device.name === name);

/** The device to be changed; undefined when there is none. */
export const draftOf = (draft: NamespaceDraft, index: number): DeviceDraft | undefined =>
  draft.devices.find((device) => device.index === index);

/** IFF_BROADCAST: the link has a broadcast address, as Ethernet has. */
export const hasBroadcast = (kind: DeviceKind): boolean =>
  kind === "ethernet" || kind === "dummy" || kind === "gretap" || kind === "erspan";
