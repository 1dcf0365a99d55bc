/** The MAC address of a device whose lab file gives it none: `02:00:00:00:HH:DD`, by the numbers of host and device. */
import type { MacAddress } from "@lvsim/core";

/** Both numbers from 0, in the order of the file. */
export const bootMac = (host: number, device: number): MacAddress =>
  (0x020000000000 + (host + 1) * 256 + device) as MacAddress;
