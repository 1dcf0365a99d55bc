/**
 * How often a host may send ICMP messages: a token bucket for all of them (`icmp_global_allow`) and one per peer
 * (`inet_peer_xrlim_allow`). Types outside net.ipv4.icmp_ratemask are never limited.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Instant } from "../../time/instant.ts";
import type { GlobalSysctls } from "../sysctl/global-sysctls.ts";

const NS_PER_MS = 1e6;
const NS_PER_S = 1e9;
/** The bucket for all is topped up at most every HZ/50. */
const REFILL_PERIOD_NS = 20e6;
/** XRLIM_BURST_FACTOR: messages that a quiet peer may get at once. */
const PEER_BURST = 6;
const PEERS_MAX = 4096;

interface Bucket {
  /** In nanoseconds. */
  tokens: number;
  last: Instant;
}

export class IcmpRateLimit {
  private peers: Map<Ipv4Address, Bucket> | null = null;
  private globalTokens = 0;
  private globalLast = -1;

  /** Takes a token for a message of `type` to `peer`; false when it must not be sent. */
  allow(type: number, peer: Ipv4Address, now: Instant, sysctls: GlobalSysctls): boolean {
    if (type > 31 || ((1 << type) & sysctls.icmpRatemask) === 0) return true;
    if (!this.allowGlobally(now, sysctls)) return false;
    return this.allowPeer(peer, now, sysctls.icmpRatelimit);
  }

  private allowGlobally(now: Instant, sysctls: GlobalSysctls): boolean {
    const burst = sysctls.icmpMsgsBurst;
    const since = this.globalLast < 0 ? NS_PER_S : Math.min(now - this.globalLast, NS_PER_S);
    if (since >= REFILL_PERIOD_NS) {
      const earned = Math.floor((since * sysctls.icmpMsgsPerSec) / NS_PER_S);
      this.globalTokens = Math.min(burst, this.globalTokens + earned);
      this.globalLast = now;
    }
    if (this.globalTokens < 1) return false;
    this.globalTokens--;
    return true;
  }

  /** `interval` in milliseconds: one message per interval, after a burst. */
  private allowPeer(peer: Ipv4Address, now: Instant, interval: number): boolean {
    if (interval === 0) return true;
    const price = interval * NS_PER_MS;
    this.peers ??= new Map();
    let bucket = this.peers.get(peer);
    if (bucket === undefined) {
      if (this.peers.size >= PEERS_MAX) this.peers.clear();
      bucket = { tokens: PEER_BURST * price, last: now };
      this.peers.set(peer, bucket);
    }
    bucket.tokens = Math.min(PEER_BURST * price, bucket.tokens + (now - bucket.last));
    bucket.last = now;
    if (bucket.tokens < price) return false;
    bucket.tokens -= price;
    return true;
  }
}
