/**
 * Longest-prefix match over one table or several taken as one (`fib_table_lookup`): a hash of all prefixes, probed
 * once per prefix length that occurs, longest first. Nothing is allocated by a lookup, and little to make it.
 */
import { emptyPlaces } from "../../base/empty-places.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { RouteType } from "./config.ts";
import type { FibRoute, PathGroup } from "./fib-route.ts";

const hashOf = (network: number, length: number): number => {
  const mixed = Math.imul(network ^ Math.imul(length + 1, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
};

const maskOf = (length: number): number => (length === 0 ? 0 : -1 << (32 - length));

export class PrefixTable {
  /** Chains of routes by hash; those of one prefix in the order in which they are tried. */
  private readonly buckets: (FibRoute | null)[];
  private readonly bucketMask: number;
  /** Longest first. */
  private readonly lengths: number[] = [];

  /** `routes` in the order of adding; a route may stand in one table only. */
  constructor(routes: readonly FibRoute[]) {
    let size = 4;
    while (size < routes.length) size *= 2;
    this.bucketMask = size - 1;
    this.buckets = emptyPlaces(size);
    // bit n: there is a prefix of n bits; 32 has no bit
    let seen = 0;
    let seenHost = false;
    for (let i = 0; i < routes.length; i++) {
      const route = routes[i] as FibRoute;
      this.insert(route);
      if (route.prefixLength === 32) seenHost = true;
      else seen |= 1 << route.prefixLength;
    }
    const { lengths } = this;
    if (seenHost) lengths.push(32);
    while (seen !== 0) {
      const length = 31 - Math.clz32(seen);
      lengths.push(length);
      seen ^= 1 << length;
    }
  }

  private insert(route: FibRoute): void {
    const bucket = hashOf(route.network, route.prefixLength) & this.bucketMask;
    let before: FibRoute | null = null;
    let after = this.buckets[bucket] as FibRoute | null;
    while (after !== null && !(samePrefix(route, after) && comesBefore(route, after))) {
      before = after;
      after = after.next;
    }
    route.next = after;
    if (before === null) this.buckets[bucket] = route;
    else before.next = route;
  }

  /**
   * The best route; one with an error counts. Routes of a scope wider than `scope` are passed over, and with
   * `outputInterface` not 0 those by other devices.
   */
  lookup(
    destination: Ipv4Address,
    tos: number,
    scope: number,
    outputInterface: number,
  ): FibRoute | null {
    const { buckets, bucketMask, lengths } = this;
    for (let i = 0; i < lengths.length; i++) {
      const length = lengths[i] as number;
      const network = destination & maskOf(length);
      let route = buckets[hashOf(network, length) & bucketMask] as FibRoute | null;
      for (; route !== null; route = route.next) {
        if (route.network !== network || route.prefixLength !== length) continue;
        if (route.tos !== 0 && route.tos !== tos) continue;
        if (route.scope < scope) continue;
        if (route.group !== null) {
          const way = wayOf(route.group, outputInterface);
          if (way === null) continue;
          return way;
        }
        if (route.dead) continue;
        if (outputInterface !== 0 && route.error === 0 && route.nextHopDevice !== outputInterface)
          continue;
        return route;
      }
    }
    return null;
  }

  /** The local route of exactly this address; null when there is none. */
  localHost(address: Ipv4Address): FibRoute | null {
    let route = this.buckets[hashOf(address, 32) & this.bucketMask] as FibRoute | null;
    for (; route !== null; route = route.next)
      if (route.network === address && route.prefixLength === 32 && route.type === RouteType.local)
        return route;
    return null;
  }
}

/** A living way of a multipath route, by the device if one is asked for. */
function wayOf(group: PathGroup, outputInterface: number): FibRoute | null {
  if (outputInterface !== 0) return group.by(outputInterface);
  return group.paths.find((path) => !path.dead) ?? null;
}

const samePrefix = (a: FibRoute, b: FibRoute): boolean =>
  a.network === b.network && a.prefixLength === b.prefixLength;

/** Local before main when both are one; then the greater TOS, then the smaller metric. */
function comesBefore(a: FibRoute, b: FibRoute): boolean {
  if (a.table !== b.table) return a.table > b.table;
  if (a.tos !== b.tos) return a.tos > b.tos;
  return a.metric < b.metric;
}
