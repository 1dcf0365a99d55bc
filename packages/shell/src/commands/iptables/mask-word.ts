/** The mask behind an address as libxtables writes it (`xtables_ipmask_to_numeric`). */
import { formatMask, type Ipv4Address } from "@lvsim/core";

/** `/24`, `/255.0.255.0`, or nothing for a single host. */
export function formatMaskWord(mask: Ipv4Address): string {
  const text = formatMask(mask);
  return text === "32" ? "" : `/${text}`;
}
