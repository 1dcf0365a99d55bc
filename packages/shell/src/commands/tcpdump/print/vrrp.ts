/** VRRP version 2 and 3 (RFC 3768, RFC 5798) in `tcpdump`'s words. */
import type { OctetReader } from "../packet.ts";
import type { Content } from "./content.ts";
import type { Printer } from "./style.ts";

const AUTHENTICATION: readonly string[] = ["none", "simple", "ah"];
const SIMPLE = 1;
const PASSWORD_OCTETS = 8;

export function vrrpText(printer: Printer, octets: OctetReader, { end, from }: Content): string {
  const version = octets.byte(from) >>> 4;
  const isAdvertisement = (octets.byte(from) & 0xf) === 1;
  const kind = isAdvertisement ? "Advertisement" : `[type#${octets.byte(from) & 0xf}]`;
  const priority = octets.byte(from + 2);
  let text = `VRRPv${version}, ${kind}, vrid ${octets.byte(from + 1)}, prio ${priority}`;
  if (priority === 0) text += " (priority=0: master resigned)";
  if (version === 2) {
    const authentication = octets.byte(from + 4);
    if (authentication !== 0)
      text += `, authtype ${AUTHENTICATION[authentication] ?? `type#${authentication}`}`;
    text += `, intvl ${octets.byte(from + 5)}s, length ${end - from}`;
  } else text += `, intvl ${octets.short(from + 4) & 0xfff}cs, length ${end - from}`;
  if (printer.style.verbose === 0) return text;
  const count = octets.byte(from + 3);
  text += `, addrs${count > 1 ? `(${count})` : ""}: `;
  const addresses: string[] = [];
  for (let i = 0; i < count; i++) addresses.push(printer.host(octets, from + 8 + 4 * i));
  text += addresses.join(",");
  const isSimple = version === 2 && octets.byte(from + 4) === SIMPLE;
  return isSimple ? `${text} auth "${password(octets, from + 8 + 4 * count)}"` : text;
}

/** Octets that are no letters as control letters: `1111^@^@^@^@`. */
function password(octets: OctetReader, from: number): string {
  let text = "";
  for (let i = 0; i < PASSWORD_OCTETS; i++) {
    const octet = octets.byte(from + i);
    const code = octet & 0x7f;
    if (octet > code) text += "M-";
    text +=
      code < 0x20 || code === 0x7f
        ? `^${String.fromCharCode(code ^ 0x40)}`
        : String.fromCharCode(code);
  }
  return text;
}
