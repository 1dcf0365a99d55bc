/** The devices with cables of a lab, in the order of its file, with the MAC addresses that they have as they boot. */
import { formatMacAddress } from "@lvsim/core";
import { bootMac } from "../lab-file/boot-mac.ts";
import type { LabDefinition } from "../lab-file/schema.ts";

export interface PlacedDevice {
  readonly host: string;
  readonly device: string;
  readonly mac: string;
  readonly segment: string;
  /** With its prefix length; "" for none. */
  readonly address: string;
}

export const devicesOf = ({ hosts }: LabDefinition): PlacedDevice[] =>
  Object.entries(hosts).flatMap(([host, { devices }], number) =>
    Object.entries(devices).map(([device, { mac, segment, address = "" }], index) => ({
      host,
      device,
      mac: mac?.toLowerCase() ?? formatMacAddress(bootMac(number, index)),
      segment,
      address,
    })),
  );
