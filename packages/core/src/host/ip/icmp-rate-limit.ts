/**
 * How often a host may send ICMP messages: an allowance for all of them (`icmp_global_allow`) and one per peer
 * (`icmpv4_xrlim_allow`). Types outside net.ipv4.icmp_ratemask are never limited, nor is path MTU discovery. A message
 * costs the common allowance 0, 1 or 2, at random, so that nobody can count by it what others were sent. In Linux 6.1 all
 * namespaces of a machine share that allowance; here each has its own.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IcmpType, UnreachableCode } from "../../packet/protocol.ts";
import type { Rng } from "../../rng/rng.ts";
import type { Instant } from "../../time/instant.ts";
import type { GlobalSysctls } from "../sysctl/global-sysctls.ts";
import type { Peers } from "./peers.ts";

const NS_PER_MS = 1e6;
const NS_PER_S = 1e9;
/** The allowance for all is topped up at most every HZ/50. */
const REFILL_PERIOD_NS = 20e6;
/** XRLIM_BURST_FACTOR: messages that a quiet peer may get at once. */
const PEER_BURST = 6;
/** NR_ICMP_TYPES. */
const TYPE_MAX = 18;

/** Why a message was held back. */
export type IcmpRefusal = "all" | "peer" | null;

export class IcmpRateLimit {
  private readonly peers: Peers;
  private readonly rng: Rng;
  private credit = 0;
  private filledAt = -1;

  constructor(peers: Peers, rng: Rng) {
    this.peers = peers;
    this.rng = rng;
  }

  /** Takes the allowance for a message to `peer`; null when it may be sent. */
  refusal(
    type: number,
    code: number,
    peer: Ipv4Address,
    now: Instant,
    sysctls: GlobalSysctls,
  ): IcmpRefusal {
    if (!isLimited(type, code, sysctls.icmpRatemask)) return null;
    if (!this.mayAnybody(now, sysctls)) return "all";
    const price = sysctls.icmpRatelimit * NS_PER_MS;
    if (price > 0 && !this.peers.of(peer, now).spend(price, PEER_BURST * price, now)) return "peer";
    // may go below zero
    this.credit -= this.rng.below(3);
    return null;
  }

  private mayAnybody(now: Instant, sysctls: GlobalSysctls): boolean {
    if (this.credit > 0) return true;
    const since = this.filledAt < 0 ? NS_PER_S : Math.min(now - this.filledAt, NS_PER_S);
    if (since < REFILL_PERIOD_NS) return false;
    const earned = Math.floor((since * sysctls.icmpMsgsPerSec) / NS_PER_S);
    if (earned === 0) return false;
    this.filledAt = now;
    this.credit = Math.min(this.credit + earned, sysctls.icmpMsgsBurst);
    return true;
  }
}

function isLimited(type: number, code: number, mask: number): boolean {
  if (type > TYPE_MAX) return false;
  const isAboutMtu =
    type === IcmpType.destinationUnreachable && code === UnreachableCode.fragmentationNeeded;
  return !isAboutMtu && ((1 << type) & mask) !== 0;
}
