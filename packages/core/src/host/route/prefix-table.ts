/**
 * Longest-prefix match over one table or several taken as one (`fib_table_lookup`): a hash of all prefixes, probed
 * once per prefix length that occurs, longest first. Nothing is allocated by a lookup.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { FibRoute } from "./fib-route.ts";

class PrefixNode {
  readonly network: number;
  readonly length: number;
  first: FibRoute;
  next: PrefixNode | null;

  constructor(network: number, length: number, first: FibRoute, next: PrefixNode | null) {
    this.network = network;
    this.length = length;
    this.first = first;
    this.next = next;
  }
}

const hashOf = (network: number, length: number): number => {
  const mixed = Math.imul(network ^ Math.imul(length + 1, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
};

const maskOf = (length: number): number => (length === 0 ? 0 : -1 << (32 - length));

export class PrefixTable {
  private readonly buckets: (PrefixNode | null)[] = [];
  private readonly bucketMask: number;
  /** Longest first. */
  private readonly lengths: number[] = [];
  private readonly masks: number[] = [];

  /** `routes` in the order of adding. */
  constructor(routes: readonly FibRoute[]) {
    let size = 4;
    while (size < routes.length * 2) size *= 2;
    this.bucketMask = size - 1;
    for (let i = 0; i < size; i++) this.buckets.push(null);
    const lengthSeen: boolean[] = [];
    for (let i = 0; i < routes.length; i++) {
      const route = routes[i] as FibRoute;
      lengthSeen[route.prefixLength] = true;
      this.insert(route);
    }
    for (let length = 32; length >= 0; length--) {
      if (lengthSeen[length] !== true) continue;
      this.lengths.push(length);
      this.masks.push(maskOf(length));
    }
  }

  private insert(route: FibRoute): void {
    const { prefixLength } = route;
    const network = route.config.destination;
    const bucket = hashOf(network, prefixLength) & this.bucketMask;
    const node = this.find(network, prefixLength);
    if (node === null) {
      const head = this.buckets[bucket] as PrefixNode | null;
      this.buckets[bucket] = new PrefixNode(network, prefixLength, route, head);
      return;
    }
    if (comesBefore(route, node.first)) {
      route.next = node.first;
      node.first = route;
      return;
    }
    let before = node.first;
    while (before.next !== null && !comesBefore(route, before.next)) before = before.next;
    route.next = before.next;
    before.next = route;
  }

  private find(network: number, length: number): PrefixNode | null {
    let node = this.buckets[hashOf(network, length) & this.bucketMask] as PrefixNode | null;
    while (node !== null && (node.network !== network || node.length !== length)) node = node.next;
    return node;
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
    const { lengths, masks } = this;
    for (let i = 0; i < lengths.length; i++) {
      const node = this.find(destination & (masks[i] as number), lengths[i] as number);
      if (node === null) continue;
      for (let route: FibRoute | null = node.first; route !== null; route = route.next) {
        if (route.tos !== 0 && route.tos !== tos) continue;
        if (route.scope < scope) continue;
        if (outputInterface !== 0 && route.error === 0 && route.nextHopDevice !== outputInterface)
          continue;
        return route;
      }
    }
    return null;
  }
}

/** Local before main when both are one; then the greater TOS, then the smaller metric. */
function comesBefore(a: FibRoute, b: FibRoute): boolean {
  if (a.table !== b.table) return a.table > b.table;
  if (a.tos !== b.tos) return a.tos > b.tos;
  return a.metric < b.metric;
}
