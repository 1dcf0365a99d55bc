/** Numbers in filters: `tcp[13] & 2`, `len - 14`. All are unsigned words of 32 bits. */
import { CaptureLink } from "../packet.ts";
import { and, ip4Protocol } from "./primitives.ts";
import { ARP, IPV4, IPV6, type LinkLayout, type PacketView, type Predicate } from "./view.ts";

export interface Numeric {
  /** What must hold for the number to be one; null when it always is. */
  readonly guard: Predicate | null;
  value(packet: PacketView): number;
}

export const literal = (value: number): Numeric => ({ guard: null, value: () => value >>> 0 });
export const packetLength: Numeric = { guard: null, value: ({ length }) => length };

const joined = (left: Predicate | null, right: Predicate | null): Predicate | null =>
  left === null ? right : right === null ? left : and(left, right);

type Operation = (left: number, right: number) => number;

const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["+", (a, b) => (a + b) >>> 0],
  ["-", (a, b) => (a - b) >>> 0],
  ["*", (a, b) => Math.imul(a, b) >>> 0],
  ["/", (a, b) => (b === 0 ? 0 : Math.floor(a / b))],
  ["%", (a, b) => (b === 0 ? 0 : a % b)],
  ["&", (a, b) => (a & b) >>> 0],
  ["|", (a, b) => (a | b) >>> 0],
  ["^", (a, b) => (a ^ b) >>> 0],
  ["<<", (a, b) => (b > 31 ? 0 : (a << b) >>> 0)],
  [">>", (a, b) => (b > 31 ? 0 : a >>> b)],
]);

const RELATIONS: ReadonlyMap<string, (left: number, right: number) => boolean> = new Map<
  string,
  (left: number, right: number) => boolean
>([
  ["=", (a, b) => a === b],
  ["==", (a, b) => a === b],
  ["!=", (a, b) => a !== b],
  [">", (a, b) => a > b],
  [">=", (a, b) => a >= b],
  ["<", (a, b) => a < b],
  ["<=", (a, b) => a <= b],
]);

export const isRelation = (symbol: string): boolean => RELATIONS.has(symbol);

/** `symbol` is one of the operators. */
export function operate(symbol: string, left: Numeric, right: Numeric): Numeric {
  const operation = OPERATIONS.get(symbol) as Operation;
  return {
    guard: joined(left.guard, right.guard),
    value: (packet) => operation(left.value(packet), right.value(packet)),
  };
}

/** `symbol` is one of the relations. */
export function relate(symbol: string, left: Numeric, right: Numeric): Predicate {
  const relation = RELATIONS.get(symbol) as (a: number, b: number) => boolean;
  const guard = joined(left.guard, right.guard);
  const holds: Predicate = (packet) => relation(left.value(packet), right.value(packet));
  return guard === null ? holds : and(guard, holds);
}

const TRANSPORTS: ReadonlyMap<string, number> = new Map([
  ["icmp", 1],
  ["igmp", 2],
  ["tcp", 6],
  ["udp", 17],
  ["pim", 103],
  ["vrrp", 112],
  ["sctp", 132],
]);

/** `size` octets at `offset` of a protocol's header; undefined for a protocol that has none here. */
export function field(
  layout: LinkLayout,
  protocol: string,
  offset: Numeric,
  size: 1 | 2 | 4,
): Numeric | undefined {
  const base = header(layout, protocol);
  if (base === undefined) return undefined;
  return {
    guard: joined(base.guard, offset.guard),
    value: (packet) => {
      const at = base.value(packet) + offset.value(packet);
      return size === 1 ? packet.byte(at) : size === 2 ? packet.short(at) : packet.word(at);
    },
  };
}

/** Where a protocol's header begins, and whether the packet has one. */
function header(layout: LinkLayout, protocol: string): Numeric | undefined {
  const { link, network } = layout;
  if (protocol === "ether" || protocol === "link") return { guard: null, value: () => 0 };
  const types = new Map([
    ["ip", IPV4],
    ["arp", ARP],
    ["ip6", IPV6],
  ]);
  const type = types.get(protocol);
  if (type !== undefined) {
    const guard =
      type === ARP && link === CaptureLink.raw ? (): boolean => false : layout.isType(type);
    return { guard, value: () => network };
  }
  const transport = TRANSPORTS.get(protocol);
  if (transport === undefined) return undefined;
  const first: Predicate = (packet) => (packet.short(network + 6) & 0x1fff) === 0;
  return {
    guard: and(ip4Protocol(layout, transport), first),
    value: (packet) => network + (packet.byte(network) & 0xf) * 4,
  };
}
