/** Blocks of the VRRP part that hold values: addresses, routes, what is tracked, members. */
import { type Ipv4Address, parseIpv4Address } from "@lvsim/core";
import { readVirtualAddress } from "./address-words.ts";
import type { KeepalivedConfig, Tracked, VirtualAddress, VirtualRoute } from "./model.ts";
import type { ConfigReader } from "./reader.ts";

const WEIGHT_MAX = 253;

export function readAddresses(reader: ConfigReader, into: VirtualAddress[]): void {
  reader.block((words) => {
    const address = readVirtualAddress(reader, words);
    if (address !== null) into.push(address);
  });
}

/** Routes are `ip route`'s words; keepalived's own older ones (`src A to B via C`) are put into its order. */
export function readRoutes(reader: ConfigReader, into: VirtualRoute[]): void {
  reader.block((typed) => {
    const words = typed.map((word) => (word === "gw" ? "via" : word));
    const at = words.indexOf("to");
    const ordered =
      at > 0 ? [words[at + 1] ?? "", ...words.slice(0, at), ...words.slice(at + 2)] : words;
    if (ordered[0] === "src" && at < 0) reader.report("Route has no destination");
    else into.push({ words: ordered, place: reader.place });
  });
}

export function readStaticItems(
  { statics }: KeepalivedConfig,
  reader: ConfigReader,
  what: "addresses" | "routes",
): void {
  if (what === "addresses") readAddresses(reader, statics.addresses);
  else readRoutes(reader, statics.routes);
}

/** `eth0`, `eth0 weight -20`, `chk_nginx weight 10 reverse`. */
export function readTracked(reader: ConfigReader, into: Tracked[], owner: string): void {
  reader.block((words) => {
    const [name = ""] = words;
    const at = words.indexOf("weight");
    let weight: number | null = null;
    if (at > 0) {
      const typed = words[at + 1] ?? "";
      const value = /^[+-]?\d+$/.test(typed) ? Number(typed) : Number.NaN;
      if (Number.isNaN(value) || value < -WEIGHT_MAX || value > WEIGHT_MAX)
        reader.report(
          `(${owner}) weight for ${name} must be between [-${WEIGHT_MAX}..${WEIGHT_MAX}] inclusive. Ignoring...`,
        );
      else weight = value;
    }
    into.push({ name, weight });
  });
}

export function readPeers(reader: ConfigReader, into: Ipv4Address[], owner: string): void {
  reader.block((words) => {
    const [typed = ""] = words;
    const peer = parseIpv4Address(typed);
    if (peer === undefined) reader.report(`(${owner}) malformed unicast peer ${typed}`);
    else into.push(peer);
  });
}
