/**
 * What a host remembers of those it sends errors to (`struct inet_peer`): one allowance that ICMP's limits, the errors of
 * routes and redirects share. Left out: forgetting by age; the table is emptied when it is full.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Instant } from "../../time/instant.ts";

/** A new peer has been quiet for a minute. */
const QUIET_NS = 60e9;
/** inet_peer_threshold. */
const PEERS_MAX = 65_664;

export class Peer {
  /** Nanoseconds that it has saved up. */
  tokens = 0;
  /** When that was last looked at. */
  since: number;
  /** Redirects that it has not heeded. */
  redirects = 0;

  constructor(now: Instant) {
    this.since = now - QUIET_NS;
  }

  /** Spends `price` if it can; up to `most` can be saved. */
  spend(price: number, most: number, now: Instant): boolean {
    this.tokens = Math.min(most, this.tokens + (now - this.since));
    this.since = now;
    if (this.tokens < price) return false;
    this.tokens -= price;
    return true;
  }
}

export class Peers {
  /** Made for the first error. */
  private peers: Map<Ipv4Address, Peer> | null = null;

  of(address: Ipv4Address, now: Instant): Peer {
    this.peers ??= new Map();
    let peer = this.peers.get(address);
    if (peer === undefined) {
      if (this.peers.size >= PEERS_MAX) this.peers.clear();
      peer = new Peer(now);
      this.peers.set(address, peer);
    }
    return peer;
  }
}
