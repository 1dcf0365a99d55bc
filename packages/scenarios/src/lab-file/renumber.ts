/**
 * Other addresses for a lab: each segment gets another private network, each address in it another host number, and every
 * device a MAC address of its own. What stands in commands, checks and texts follows. Networks of less than 16 bits stay.
 */
import {
  formatIpv4Address,
  formatMacAddress,
  type Ipv4Address,
  inPrefix,
  type MacAddress,
  parseIpv4Address,
  type Rng,
} from "@lvsim/core";
import { isMapping, type Mapping, mapTexts, own, textsOf, type Value } from "./values.ts";

const ADDRESS = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\d|\.\d)/g;
const MAC = /(?<![\w:])[0-9a-f]{2}(?::[0-9a-f]{2}){5}(?![\w:])/gi;
/** Longer prefixes leave too few numbers to choose from. */
const HOST_BITS_MIN = 4;
const HOST_BITS_MAX = 16;
/** Host numbers are chosen below this: nobody likes long ones. */
const HOST_NUMBERS_MAX = 254;
const TRIES_MAX = 200;

interface Network {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

export function renumbered(lab: Mapping, rng: Rng): Mapping {
  const texts = textsOf(lab);
  const used = new Set(
    texts.flatMap((text) => text.match(ADDRESS) ?? []).flatMap((text) => parsed(text) ?? []),
  );
  const renamed = new Map<string, string>();
  for (const { from, to, length } of networksOf(lab, used, rng)) {
    const bits = 32 - length;
    const numbers = hostNumbers(bits, rng);
    for (const address of used) {
      if (!inPrefix(address as Ipv4Address, from as Ipv4Address, length)) continue;
      const host = address - from;
      const kept = bits < HOST_BITS_MIN || host === 0 || host === 2 ** bits - 1;
      const number = kept ? host : (numbers() ?? host);
      renamed.set(
        formatIpv4Address(address as Ipv4Address),
        formatIpv4Address((to + number) as Ipv4Address),
      );
    }
  }
  const macs = new Map<string, string>();
  for (const text of texts)
    for (const mac of text.match(MAC) ?? [])
      if (!macs.has(mac.toLowerCase())) macs.set(mac.toLowerCase(), randomMac(rng));
  const changed = mapTexts(lab, (text) =>
    text
      .replace(ADDRESS, (address) => renamed.get(address) ?? address)
      .replace(MAC, (mac) => macs.get(mac.toLowerCase()) ?? mac),
  ) as Mapping;
  giveMacs(changed, rng);
  return changed;
}

const parsed = (text: string): number | undefined => {
  const address = parseIpv4Address(text);
  return address === undefined ? undefined : address >>> 0;
};

function networksOf(lab: Mapping, used: ReadonlySet<number>, rng: Rng): Network[] {
  const segments = own(lab, "segments");
  const networks: Network[] = [];
  for (const segment of isMapping(segments) ? Object.values(segments) : []) {
    const prefix = isMapping(segment) ? own(segment, "prefix") : undefined;
    const [base = "", size = ""] = typeof prefix === "string" ? prefix.split("/") : [];
    const from = parsed(base);
    const length = Number(size);
    if (from === undefined || length < 32 - HOST_BITS_MAX || length > 32) continue;
    networks.push({ from, to: freeNetwork(length, networks, used, rng) ?? from, length });
  }
  return networks;
}

/** A private network in which the lab has nothing yet; undefined where none was found in so many tries. */
function freeNetwork(
  length: number,
  taken: readonly Network[],
  used: ReadonlySet<number>,
  rng: Rng,
): number | undefined {
  const size = 2 ** (32 - length);
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const at = privateAddress(rng);
    const to = at - (at % size);
    const isFree =
      taken.every((other) => to + size <= other.to || other.to + 2 ** (32 - other.length) <= to) &&
      [...used].every((address) => address < to || address >= to + size);
    if (isFree) return to;
  }
  return undefined;
}

/** Of the three ranges of RFC 1918, each as likely. */
function privateAddress(rng: Rng): number {
  const low = rng.below(65536) & ~0xff;
  switch (rng.below(3)) {
    case 0:
      return 10 * 2 ** 24 + rng.below(256) * 65536 + low;
    case 1:
      return 172 * 2 ** 24 + (16 + rng.below(16)) * 65536 + low;
    default:
      return 192 * 2 ** 24 + 168 * 65536 + low;
  }
}

/** Gives numbers of hosts, each once, as long as there are any. */
function hostNumbers(bits: number, rng: Rng): () => number | undefined {
  const count = Math.min(2 ** bits - 2, HOST_NUMBERS_MAX);
  const left = Array.from({ length: Math.max(count, 0) }, (_unused, i) => i + 1);
  return () => left.splice(rng.below(Math.max(left.length, 1)), 1)[0];
}

function giveMacs(lab: Mapping, rng: Rng): void {
  const hosts = own(lab, "hosts");
  for (const host of isMapping(hosts) ? Object.values(hosts) : []) {
    const devices = isMapping(host) ? own(host, "devices") : undefined;
    for (const device of isMapping(devices) ? Object.values(devices) : [])
      if (isMapping(device) && own(device, "mac") === undefined)
        (device as { mac: Value }).mac = randomMac(rng);
  }
}

/** Locally administered, as those of the first variant. */
function randomMac(rng: Rng): string {
  let mac = 0x02;
  for (let i = 0; i < 5; i++) mac = mac * 256 + rng.below(256);
  return formatMacAddress(mac as MacAddress);
}
