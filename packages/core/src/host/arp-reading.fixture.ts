/**
 * A second reading of what Linux does with an ARP request or answer, from Documentation/networking/ip-sysctl.rst and the
 * description of net/ipv4/arp.c, on plain lists: no tables, no caches, nothing shared with the module but arithmetic.
 */
import { type Ipv4Address, inPrefix } from "../packet/ipv4-address.ts";

/** An address as it was added, oldest first in a host's list. */
export interface Home {
  readonly device: string;
  readonly local: Ipv4Address;
  readonly length: number;
  /** 0 global, 253 link, 254 host. */
  readonly scope: number;
}

/** The files of net.ipv4.conf.* that have a say. */
export interface Settings {
  readonly arp_announce: number;
  readonly arp_ignore: number;
  readonly arp_filter: number;
  readonly arp_accept: number;
  readonly drop_gratuitous_arp: number;
  readonly proxy_arp: number;
  readonly proxy_arp_pvlan: number;
  readonly medium_id: number;
  readonly route_localnet: number;
  readonly rp_filter: number;
  readonly accept_local: number;
  readonly send_redirects: number;
  readonly forwarding: number;
}

export interface Host {
  /** In order of interface index. */
  readonly devices: readonly string[];
  readonly homes: readonly Home[];
  /** Device of the default route; "" for none. */
  readonly defaultBy: string;
  /** By device, and `all`. */
  readonly conf: Readonly<Record<string, Settings>>;
  /** `ip neigh add proxy`: device "" for all. */
  readonly proxies: readonly { readonly address: Ipv4Address; readonly device: string }[];
}

export interface Question {
  readonly on: string;
  readonly operation: number;
  readonly sender: Ipv4Address;
  readonly target: Ipv4Address;
  /** Whom the Ethernet header names. */
  readonly to: "us" | "all" | "another";
  /** Whether the target hardware address is that of the sender. */
  readonly namesItself: boolean;
}

/** What is known of the sender before, and when that last changed. */
export interface Known {
  readonly state: "PERMANENT" | "REACHABLE" | "STALE" | "FAILED" | "NOARP";
  /** Whether its link address is the one that the frame names. */
  readonly same: boolean;
  readonly age: number;
}

export interface Reading {
  readonly answer: "none" | "now" | "late";
  /** "" when nothing is known afterwards. */
  readonly known: string;
}

type Kind = "local" | "broadcast" | "unicast";
interface Way {
  readonly kind: Kind;
  readonly device: string;
  readonly length: number;
}

const isGroup = (address: Ipv4Address): boolean => address >>> 28 === 14;
const isLoop = (address: Ipv4Address): boolean => address >>> 24 === 127;
const isZeroNet = (address: Ipv4Address): boolean => address >>> 24 === 0;
const LINK = 253;
const HOST = 254;

/** conf/all and the device's own: the greater one, or either of them; a few are the device's alone. */
const settingsOf = (host: Host, device: string): Settings => {
  const { all } = host.conf as { readonly all: Settings };
  const own = host.conf[device] as Settings;
  const joined = Object.fromEntries(
    Object.keys(own).map((name) => {
      const key = name as keyof Settings;
      return [name, Math.max(all[key], own[key])];
    }),
  ) as unknown as Settings;
  return { ...joined, forwarding: own.forwarding, medium_id: own.medium_id };
};

const isSecondary = (host: Host, home: Home): boolean =>
  host.homes
    .slice(0, host.homes.indexOf(home))
    .some(
      (other) =>
        other.device === home.device &&
        other.length === home.length &&
        inPrefix(other.local, home.local, home.length),
    );

/** What the local and the main table say: the longest prefix, local first, then what was there first. */
function wayTo(host: Host, address: Ipv4Address, by = ""): Way | null {
  const ways: (Way & { readonly rank: number })[] = [];
  const offer = (kind: Kind, device: string, to: Ipv4Address, length: number): void => {
    if (by !== "" && by !== device) return;
    const rank = length * 2 + (kind === "unicast" ? 0 : 1);
    if (inPrefix(address, to, length)) ways.push({ kind, device, length, rank });
  };
  for (const home of host.homes) {
    const { device, local, length } = home;
    offer("local", device, local, 32);
    if (length === 32 || isSecondary(host, home)) continue;
    offer(device === "lo" ? "local" : "unicast", device, local, length);
    const last = (local | (-1 >>> length)) as Ipv4Address;
    if (length < 31) offer("broadcast", device, last, 32);
  }
  if (host.defaultBy !== "") offer("unicast", host.defaultBy, 0 as Ipv4Address, 0);
  let best: (typeof ways)[number] | null = null;
  for (const way of ways) if (best === null || way.rank > best.rank) best = way;
  return best;
}

/** What an address is to the host, asked of the local table only. */
function kindOf(host: Host, address: Ipv4Address): Kind | "multicast" {
  if (isZeroNet(address) || address === -1) return "broadcast";
  if (isGroup(address)) return "multicast";
  return wayTo({ ...host, defaultBy: "" }, address)?.kind ?? "unicast";
}

/** Whether a packet from `sender` that is to leave by `out` ("": to stay) is believed on `on`. */
function isBelieved(host: Host, sender: Ipv4Address, on: string, out: string): boolean {
  const { rp_filter, accept_local, send_redirects } = settingsOf(host, on);
  const isOurs = host.homes.some(({ local }) => local === sender);
  if (rp_filter === 0 && (out !== on || send_redirects === 0)) return accept_local > 0 || !isOurs;
  const back = wayTo(host, sender);
  if (back === null) return rp_filter === 0;
  if (back.kind === "broadcast" || (back.kind === "local" && accept_local === 0)) return false;
  if (back.device === on) return true;
  if (!host.homes.some(({ device }) => device === on)) return rp_filter === 0;
  return rp_filter !== 1;
}

/** Where a packet from the sender to the target goes that comes in by the device; null: nowhere. */
function routed(host: Host, { on, sender, target }: Question): Way | null {
  const { route_localnet, forwarding } = settingsOf(host, on);
  if (isGroup(sender) || sender === -1 || isZeroNet(sender)) return null;
  if (target === -1 || isZeroNet(target)) return null;
  if (route_localnet === 0 && (isLoop(sender) || isLoop(target))) return null;
  const way = wayTo(host, target);
  if (way === null || way.kind === "broadcast") return null;
  if (way.kind === "local") return isBelieved(host, sender, on, "") ? way : null;
  return forwarding !== 0 && isBelieved(host, sender, on, way.device) ? way : null;
}

/** With route_localnet 127.0.0.1 is link-wide. */
const scopeOf = (host: Host, home: Home): number =>
  settingsOf(host, home.device).route_localnet > 0 ? Math.min(home.scope, LINK) : home.scope;

function isIgnored(host: Host, { on, sender, target }: Question): boolean {
  const here = host.homes.filter(({ device }) => device === on);
  const isConfigured = here.some(({ local }) => local === target);
  const sharesSubnet = here.some(
    ({ local, length }) => inPrefix(target, local, length) && inPrefix(sender, local, length),
  );
  switch (settingsOf(host, on).arp_ignore) {
    case 1:
      return !isConfigured;
    case 2:
      return !isConfigured || (sender !== 0 && !sharesSubnet);
    case 3:
      return !host.homes.some((home) => home.local === target && scopeOf(host, home) < HOST);
    case 8:
      return true;
    default:
      return false;
  }
}

/** arp_filter: the answer would leave elsewhere, were it a packet. */
function isFiltered(host: Host, { on, sender }: Question): boolean {
  if (settingsOf(host, on).arp_filter === 0) return false;
  const back = wayTo(host, sender);
  return back === null || back.kind === "local" || back.device !== on;
}

function isProxied(host: Host, question: Question, way: Way): boolean {
  const { on, sender, target } = question;
  const { proxy_arp, proxy_arp_pvlan, medium_id } = settingsOf(host, on);
  if (way.device === on) return proxy_arp_pvlan > 0 && sender !== target;
  const beyond = settingsOf(host, way.device).medium_id;
  const media = medium_id === 0 || (medium_id !== -1 && beyond !== medium_id && beyond !== -1);
  if (proxy_arp > 0 && media) return true;
  return host.proxies.some(
    ({ address, device }) => address === target && (device === "" || device === on),
  );
}

const textOf = (known: Known | null): string =>
  known === null ? "" : `${known.state}${known.same ? " same" : ""}`;

/** Somebody's address was told us: the state and link address that follow. */
function told(known: Known | null, state: "REACHABLE" | "STALE", override: boolean): string {
  if (known === null || known.state === "FAILED") return `${state} same`;
  if (known.state === "PERMANENT" || known.state === "NOARP") return textOf(known);
  if (!known.same) return override ? `${state} same` : textOf(known);
  // being told once more that an address exists proves nothing
  return state === "STALE" ? textOf(known) : `${state} same`;
}

/** A new entry for an address to which nobody needs to be asked. */
const newEntry = (host: Host, sender: Ipv4Address): Known | null =>
  kindOf(host, sender) === "broadcast" ? { state: "NOARP", same: false, age: 0 } : null;

export function readArp(host: Host, question: Question, known: Known | null): Reading {
  const { on, operation, sender, target, to } = question;
  const conf = settingsOf(host, on);
  const nothing: Reading = { answer: "none", known: textOf(known) };
  if (to === "another" || operation > 2 || isGroup(target)) return nothing;
  if (isLoop(target) && conf.route_localnet === 0) return nothing;
  if (sender === target && conf.drop_gratuitous_arp > 0) return nothing;
  if (sender === 0) {
    const answers =
      operation === 1 && kindOf(host, target) === "local" && !isIgnored(host, question);
    return { ...nothing, answer: answers ? "now" : "none" };
  }
  const way = operation === 1 ? routed(host, question) : null;
  const asker = (): string => told(known ?? newEntry(host, sender), "STALE", true);
  if (way?.kind === "local") {
    if (isIgnored(host, question) || isFiltered(host, question)) return nothing;
    return { answer: "now", known: asker() };
  }
  if (way !== null && isProxied(host, question, way))
    return { answer: to === "us" ? "now" : "late", known: asker() };
  return { answer: "none", known: overheard(host, question, known) };
}

function overheard(host: Host, question: Question, known: Known | null): string {
  const { operation, sender, target, to, namesItself } = question;
  const isFree = kindOf(host, sender) === "unicast";
  const gratuitous = sender === target && isFree && (operation === 1 || namesItself);
  const state = operation === 2 && to === "us" ? "REACHABLE" : "STALE";
  if (known !== null) return told(known, state, gratuitous || known.age > 1);
  const introduces = gratuitous || (operation === 2 && isFree);
  return introduces && accepts(host, question) ? told(null, state, true) : "";
}

function accepts(host: Host, { on, sender }: Question): boolean {
  const { arp_accept } = settingsOf(host, on);
  if (arp_accept !== 2) return arp_accept === 1;
  return host.homes.some(
    (home) =>
      home.device === on && scopeOf(host, home) < HOST && inPrefix(sender, home.local, home.length),
  );
}

/** Whom a request for `target` names as its sender when a packet from `source` waits for the answer; 0: nobody. */
export function readAnnouncement(
  host: Host,
  on: string,
  source: Ipv4Address,
  target: Ipv4Address,
): Ipv4Address {
  const { arp_announce } = settingsOf(host, on);
  const here = host.homes.filter(({ device }) => device === on);
  const holds = ({ local, length }: Home): boolean =>
    inPrefix(source, local, length) && inPrefix(target, local, length);
  const isOurs = kindOf(host, source) === "local";
  if (arp_announce !== 2 && isOurs && (arp_announce !== 1 || here.some(holds))) return source;
  // the kernel keeps the narrower scopes in front
  const primaries = host.devices.flatMap((device) =>
    host.homes
      .filter((home) => home.device === device && !isSecondary(host, home))
      .sort((a, b) => b.scope - a.scope),
  );
  const wide = primaries.filter((home) => home.device === on && scopeOf(host, home) <= LINK);
  const best = wide.find(({ local, length }) => inPrefix(target, local, length)) ?? wide[0];
  return (best ?? primaries.find(({ scope }) => scope < LINK))?.local ?? (0 as Ipv4Address);
}
