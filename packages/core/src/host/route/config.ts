/** What `ip route` and `ip rule` configure, as immutable values (`struct rtmsg`, `struct fib_rule_hdr`). */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";

/** RTN_*: what is done with a packet that the route matches. */
export const RouteType = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
} as const;
export type RouteType = (typeof RouteType)[keyof typeof RouteType];

export const RouteTable = { default: 253, main: 254, local: 255 } as const;

/** RTPROT_*: who made the route. */
export const RouteProtocol = {
  unspecified: 0,
  redirect: 1,
  kernel: 2,
  boot: 3,
  static: 4,
} as const;

/** One way of a multipath route (`nexthop via … dev … weight …`). */
export interface NextHopConfig {
  /** 0 for on-link. */
  readonly gateway: Ipv4Address;
  readonly device: number;
  /** 1 to 256. */
  readonly weight: number;
  readonly onlink: boolean;
  /** RTNH_F_DEAD: its device is down. */
  readonly dead: boolean;
}

/** RTAX_*: a number that a route carries for transports. */
export interface RouteMetric {
  readonly id: number;
  readonly value: number;
}

/** RTAX_MTU: its bit in `lockedMetrics` keeps path MTU discovery away. */
export const MTU_METRIC = 2;
/** RTAX_ADVMSS: what TCP says of the segments that it takes. */
export const ADVMSS_METRIC = 8;

export interface RouteConfig {
  readonly table: number;
  readonly type: RouteType;
  /** Network address, host bits zero. */
  readonly destination: Ipv4Address;
  /** 0 to 32. */
  readonly prefixLength: number;
  /** Next hop; 0 for on-link. */
  readonly gateway: Ipv4Address;
  /** Output interface index; 0 for routes that have none (blackhole and the like). */
  readonly device: number;
  /** Lower is preferred. */
  readonly metric: number;
  readonly scope: number;
  readonly protocol: number;
  /** The source address for packets of our own; 0 when not set. */
  readonly preferredSource: Ipv4Address;
  readonly tos: number;
  /** RTNH_F_ONLINK: the gateway counts as on-link whatever the addresses say. */
  readonly onlink: boolean;
  /** Path MTU fixed on the route; 0 when not set. */
  readonly mtu: number;
  /** Two or more ways; `gateway`, `device` and `onlink` are 0 then. Absent for one way. */
  readonly nextHops?: readonly NextHopConfig[];
  /** The other metrics, by number; absent for none. */
  readonly metrics?: readonly RouteMetric[];
  /** Bit n: metric n is locked; absent for none. */
  readonly lockedMetrics?: number;
}

/** What a rule does with a packet that it matches; `lookup` asks a table. */
export type RuleAction = "lookup" | "goto" | "nop" | "blackhole" | "unreachable" | "prohibit";

export interface PolicyRuleConfig {
  readonly priority: number;
  /** FIB_RULE_INVERT: it matches what the selectors do not. */
  readonly not: boolean;
  readonly action: RuleAction;
  /** Priority of the rule that `goto` goes on with; 0 otherwise. */
  readonly target: number;
  /** 0 for any. */
  readonly tos: number;
  /** Routes with at most so long a prefix do not count; −1 for none. */
  readonly suppressPrefixLength: number;
  /** First and last user id; null for any. */
  readonly users: { readonly first: number; readonly last: number } | null;
  /** RTPROT_*, as `RouteProtocol`. */
  readonly protocol: number;
  readonly source: Ipv4Address;
  readonly sourceLength: number;
  readonly destination: Ipv4Address;
  readonly destinationLength: number;
  readonly mark: number;
  readonly markMask: number;
  readonly inputInterface: string;
  readonly outputInterface: string;
  /** 0 for a rule that asks no table. */
  readonly table: number;
}
