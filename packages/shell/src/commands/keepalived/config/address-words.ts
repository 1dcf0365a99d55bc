/**
 * Lines of `virtual_ipaddress`: an address with `dev`, `label`, `scope`, `brd` and the like. Left out: IPv6 (told of and
 * passed over), lifetimes, `use_vmac` and `track_group` behind an address.
 */
import { computedBroadcast, parseIpv4Address, Scope } from "@lvsim/core";
import type { VirtualAddress } from "./model.ts";
import type { ConfigReader } from "./reader.ts";

const SCOPES: ReadonlyMap<string, number> = new Map([
  ["host", Scope.host],
  ["link", Scope.link],
  ["site", Scope.site],
  ["global", Scope.universe],
  ["nowhere", Scope.nowhere],
]);

const FLAGS: readonly string[] = [
  "home",
  "-nodad",
  "mngtmpaddr",
  "noprefixroute",
  "autojoin",
  "no_track",
];
const VALUED: readonly string[] = ["peer", "preferred_lft", "track_group", "use_vmac"];

/** Null, with a complaint, for what is no IPv4 address. */
export function readVirtualAddress(
  reader: ConfigReader,
  words: readonly string[],
): VirtualAddress | null {
  const [typed = ""] = words;
  const [base = "", length = "32"] = typed.split("/");
  if (base.includes(":")) {
    reader.report(`${typed} is left out of lvsim: IPv6`);
    return null;
  }
  const address = parseIpv4Address(base);
  const prefixLength = /^\d{1,2}$/.test(length) ? Number(length) : -1;
  if (address === undefined || prefixLength < 0 || prefixLength > 32) {
    reader.report(`VRRP parsed invalid IP ${typed}. skipping IP...`);
    return null;
  }
  const made = { device: "", label: "", broadcast: null as VirtualAddress["broadcast"], scope: 0 };
  for (let i = 1; i < words.length; i++) {
    const word = words[i] as string;
    const value = words[i + 1];
    if (
      word === "dev" ||
      word === "label" ||
      word === "scope" ||
      word === "brd" ||
      word === "broadcast"
    ) {
      if (value === undefined) {
        reader.report(`No ${word} parameter specified for ${typed}`);
        break;
      }
      i++;
      if (word === "dev") made.device = value;
      else if (word === "label") made.label = value;
      else if (word === "scope") made.scope = SCOPES.get(value) ?? 0;
      else if (value === "+" || value === "-")
        made.broadcast = computedBroadcast(address, prefixLength);
      else made.broadcast = parseIpv4Address(value) ?? null;
    } else if (VALUED.includes(word)) i++;
    else if (!FLAGS.includes(word))
      reader.report(`Unknown configuration entry '${word}' for ip address - ignoring`);
  }
  const tracked = !words.includes("no_track");
  return { address, prefixLength, ...made, tracked, place: reader.place };
}
