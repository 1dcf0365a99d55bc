import type { Ipv4Address } from "@lvsim/core";

/** An address as /proc/net prints it: hexadecimal, in the order of a little-endian machine. */
export function swappedAddress(address: Ipv4Address): string {
  let text = "";
  for (let shift = 0; shift < 32; shift += 8)
    text += ((address >>> shift) & 255).toString(16).padStart(2, "0");
  return text.toUpperCase();
}
