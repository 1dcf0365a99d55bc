/** What an identifier means behind its qualifiers: `src host web`, `udp port domain`, `ip proto \\gre`. */
import { type Ipv4Address, type MacAddress, parseIpv4Address, parseMacAddress } from "@lvsim/core";
import { portOfService } from "../../../network/services.ts";
import { ABSENT_PROTOCOLS } from "./keywords.ts";
import {
  ALL_FAMILIES,
  type Direction,
  etherHost,
  ip4Protocol,
  ipProtocol,
  network,
  never,
  or,
  ports,
} from "./primitives.ts";
import { FilterProblem, syntaxError, type Token } from "./tokens.ts";
import { ARP, IPV4, IPV6, type LinkLayout, type Predicate, RARP } from "./view.ts";

export interface Qualifiers {
  /** `ip`, `tcp`, `ether` …; null when none was given. */
  readonly protocol: string | null;
  readonly direction: Direction;
  readonly type: "host" | "net" | "port" | "portrange" | "proto";
}

/** Names of hosts, as /etc/hosts knows them. */
export type HostLookup = (name: string) => Ipv4Address | undefined;

const IP_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["ip", 0],
  ["icmp", 1],
  ["igmp", 2],
  ["ipencap", 4],
  ["tcp", 6],
  ["udp", 17],
  ["gre", 47],
  ["esp", 50],
  ["ah", 51],
  ["ospf", 89],
  ["ipip", 94],
  ["pim", 103],
  ["vrrp", 112],
  ["sctp", 132],
  ["udplite", 136],
]);

const ETHER_TYPES: ReadonlyMap<string, number> = new Map([
  ["ip", IPV4],
  ["arp", ARP],
  ["rarp", RARP],
  ["ip6", IPV6],
]);

const PORT_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["tcp", 6],
  ["udp", 17],
  ["sctp", 132],
]);

/** Of an address with 1 to 4 parts: its first bits, and how many there are. */
function parts(text: string): { readonly address: number; readonly bits: number } {
  const numbers = text.split(".").map(Number);
  if (numbers.some((part) => part > 255)) throw new FilterProblem(`invalid IPv4 address '${text}'`);
  const whole = [...numbers, 0, 0, 0].slice(0, 4).join(".");
  return { address: parseIpv4Address(whole) as number, bits: 8 * numbers.length };
}

export const maskOf = (bits: number): number => (bits === 0 ? 0 : -1 << (32 - bits));

/** The families of packets in which an address is looked for. */
function families(protocol: string | null, what: string): readonly number[] {
  if (protocol === null) return ALL_FAMILIES;
  if (protocol === "ip") return [IPV4];
  if (protocol === "arp") return [ARP];
  if (protocol === "rarp") return [RARP];
  if (protocol === "ip6" || protocol === "ether") return [];
  throw new FilterProblem(`'${protocol}' modifier applied to ${what}`);
}

export class Identifiers {
  private readonly layout: LinkLayout;
  private readonly lookup: HostLookup;

  constructor(layout: LinkLayout, lookup: HostLookup) {
    this.layout = layout;
    this.lookup = lookup;
  }

  test(qualifiers: Qualifiers, token: Token): Predicate {
    switch (qualifiers.type) {
      case "host":
        return this.host(qualifiers, token);
      case "net":
        return this.net(qualifiers, token);
      case "proto":
        return this.protocol(qualifiers, token);
      default:
        return this.port(qualifiers, token);
    }
  }

  /** `net A/bits` and `net A mask M`. */
  masked(qualifiers: Qualifiers, token: Token, mask: number, written: string): Predicate {
    const { address } = parts(token.text);
    if ((address & ~mask) !== 0)
      throw new FilterProblem(`non-network bits set in "${token.text}${written}"`);
    if (qualifiers.type !== "net") throw new FilterProblem("Mask syntax for networks only");
    return this.addressed(qualifiers, address, mask, "net");
  }

  private host(qualifiers: Qualifiers, token: Token): Predicate {
    const { layout } = this;
    const { direction, protocol } = qualifiers;
    if (token.kind === "mac") {
      if (protocol !== "ether")
        throw new FilterProblem("ethernet address used in non-ether expression");
      const text = token.text.split(/[:-]/).map((octet) => octet.padStart(2, "0"));
      return etherHost(layout, direction, parseMacAddress(text.join(":")) as MacAddress);
    }
    if (token.kind === "ipv6") {
      if (protocol !== null && protocol !== "ip6") families(protocol, "ip6 host");
      return never;
    }
    if (protocol === "ether") {
      if (token.kind === "word") throw new FilterProblem(`unknown ether host '${token.text}'`);
      throw new FilterProblem("illegal link layer address");
    }
    if (token.kind === "number") return this.addressed(qualifiers, token.value, -1, "host");
    if (token.kind === "address") {
      const { address, bits } = parts(token.text);
      return this.addressed(qualifiers, address, maskOf(bits), "host");
    }
    const found = this.lookup(token.text);
    if (found === undefined) throw new FilterProblem(`unknown host '${token.text}'`);
    return this.addressed(qualifiers, found, -1, "host");
  }

  private net(qualifiers: Qualifiers, token: Token): Predicate {
    if (token.kind === "ipv6") return never;
    if (token.kind === "word") throw new FilterProblem(`unknown network '${token.text}'`);
    if (token.kind === "mac")
      throw new FilterProblem("ethernet address used in non-ether expression");
    let { address, bits } =
      token.kind === "address" ? parts(token.text) : { address: token.value, bits: 32 };
    while (token.kind === "number" && address !== 0 && address >>> 24 === 0) {
      address <<= 8;
      bits -= 8;
    }
    return this.addressed(qualifiers, address, maskOf(bits), "net");
  }

  private addressed(
    { direction, protocol }: Qualifiers,
    address: number,
    mask: number,
    what: string,
  ): Predicate {
    const list = families(protocol, what);
    return list.length === 0 ? never : network(this.layout, list, direction, address, mask);
  }

  private port({ direction, protocol, type }: Qualifiers, token: Token): Predicate {
    const number = protocol === null ? null : PORT_PROTOCOLS.get(protocol);
    if (number === undefined) throw new FilterProblem(`illegal qualifier of '${type}'`);
    const [first, last] =
      type === "port" ? [this.portNumber(token, protocol)] : this.portRange(token, protocol);
    return ports(this.layout, number, direction, first as number, last ?? (first as number));
  }

  private portNumber(token: Token, protocol: string | null): number {
    if (token.kind === "number") {
      if (token.value <= 65_535) return token.value;
      throw new FilterProblem(`illegal port number ${token.value} > 65535`);
    }
    if (token.kind !== "word") throw syntaxError();
    const found =
      (protocol === "udp" ? undefined : portOfService(token.text, "tcp")) ??
      (protocol === "tcp" ? undefined : portOfService(token.text, "udp"));
    if (found === undefined) throw new FilterProblem(`unknown port '${token.text}'`);
    return found;
  }

  private portRange(token: Token, protocol: string | null): readonly [number, number] {
    if (token.kind === "number") {
      const port = this.portNumber(token, protocol);
      return [port, port];
    }
    const [, first, last] = /^(\d+)-(\d+)$/.exec(token.text) ?? [];
    if (first === undefined || last === undefined)
      throw new FilterProblem(`unknown port in range '${token.text}'`);
    for (const end of [Number(first), Number(last)])
      if (end > 65_535) throw new FilterProblem(`illegal port number ${end} > 65535`);
    return Number(first) <= Number(last)
      ? [Number(first), Number(last)]
      : [Number(last), Number(first)];
  }

  private protocol({ protocol }: Qualifiers, token: Token): Predicate {
    const { layout } = this;
    if (protocol === "ether" || protocol === null || protocol === "ip") {
      if (protocol === "ether")
        return layout.isType(this.number(token, ETHER_TYPES, "ether proto"));
      const wanted = this.number(token, IP_PROTOCOLS, "ip proto");
      return protocol === "ip" ? ip4Protocol(layout, wanted) : ipProtocol(layout, wanted);
    }
    if (protocol === "ip6") return never;
    throw new FilterProblem(`'${protocol} proto' is bogus`);
  }

  private number(token: Token, names: ReadonlyMap<string, number>, what: string): number {
    if (token.kind === "number") return token.value;
    const found = token.kind === "word" ? names.get(token.text) : undefined;
    if (found === undefined) throw new FilterProblem(`unknown ${what} '${token.text}'`);
    return found;
  }
}

/** A protocol's name alone: packets of it. Undefined for a word that names none. */
export function protocolTest(layout: LinkLayout, name: string): Predicate | undefined {
  const etherType = ETHER_TYPES.get(name);
  if (etherType !== undefined) return layout.isType(etherType);
  if (name === "ah" || name === "esp" || PORT_PROTOCOLS.has(name))
    return ipProtocol(layout, IP_PROTOCOLS.get(name) as number);
  if (["icmp", "igmp", "vrrp", "carp"].includes(name))
    return ip4Protocol(layout, IP_PROTOCOLS.get(name === "carp" ? "vrrp" : name) as number);
  if (name === "pim") return or(ipProtocol(layout, 103), never);
  return ABSENT_PROTOCOLS.includes(name) ? never : undefined;
}
