/** One usable route as the forwarding path holds it: shared, immutable, one object per configured route and next hop. */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Decider } from "../../trace/trace.ts";
import type { RouteConfig, RouteType } from "./config.ts";

/** The ways of a multipath route, and which of them a flow takes. */
export interface PathChooser {
  /** The way for a flow with this hash, of 31 bits. */
  choose(hash: number): Route;
}

export interface Route extends Decider {
  readonly type: RouteType;
  /** Interface index by which packets leave; 0 when they do not. For local routes the index of lo. */
  readonly device: number;
  /** 0 for on-link. */
  readonly gateway: Ipv4Address;
  /** Source for packets of our own that have none; 0 when it must be chosen from the addresses. */
  readonly preferredSource: Ipv4Address;
  readonly scope: number;
  /** Path MTU fixed by configuration; 0 for the device's. */
  readonly mtu: number;
  /** The ways of which this is one; null for a route with one way. */
  readonly group: PathChooser | null;
  /** The configuration that it comes from; null for one that the kernel makes up (255.255.255.255). */
  readonly config: RouteConfig | null;
}
