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
}

export interface PolicyRuleConfig {
  readonly priority: number;
  readonly source: Ipv4Address;
  readonly sourceLength: number;
  readonly destination: Ipv4Address;
  readonly destinationLength: number;
  readonly mark: number;
  readonly markMask: number;
  readonly inputInterface: string;
  readonly outputInterface: string;
  readonly table: number;
}
