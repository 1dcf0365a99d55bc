/**
 * Putting IPv4 fragments together (RFC 791 §3.2, `ip_defrag`): one queue per (source, destination, identification,
 * protocol), for ipfrag_time from its first fragment; an overlap loses the packet (RFC 5722 for IPv6, in Linux for both);
 * too many fragments of the sender between two of one packet make it start anew (ipfrag_max_dist). Left out: ECN of the
 * parts; fragments that don't end at a multiple of 8 lose the packet, where Linux cuts them.
 */
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { FragmentField, IcmpType } from "../../packet/protocol.ts";
import { later, seconds } from "../../time/instant.ts";
import { reassemblePacket } from "../../wire/reassemble.ts";
import { trueSizeOf } from "../neigh/neighbour-queue.ts";
import { RouteType } from "../route/config.ts";
import { FragmentFate, FragmentQueue, type FragmentQueueOwner } from "./fragment-queue.ts";
import type { IpContext } from "./ip-context.ts";

/** Code of ICMP time exceeded: fragment reassembly. */
const REASSEMBLY = 1;
const SENDERS_MAX = 65_664;

export class Reassembly implements FragmentQueueOwner {
  private readonly context: IpContext;
  private readonly forHost: boolean;
  private readonly queues: FragmentQueue[] = [];
  /** What all fragments take in memory, in octets. */
  private held = 0;
  /** Fragments seen, by sender (`inet_peer.rid`). */
  private seen: Map<Ipv4Address, number> | null = null;

  /** `forHost`: only for packets to this host a sender is told that time was over; otherwise for all. */
  constructor(context: IpContext, forHost = true) {
    this.context = context;
    this.forHost = forHost;
  }

  /** Takes a fragment; gives the whole packet once it is there, else null. */
  add(fragment: Frame): Frame | null {
    const { context } = this;
    context.counters.ReasmReqds++;
    const { ipfragHighThresh } = context.sysctls;
    if (ipfragHighThresh === 0 || this.held > ipfragHighThresh) return this.refuse(fragment);
    const queue = this.queues.find((one) => one.holds(fragment)) ?? this.open(fragment);
    if (this.isTooFar(queue)) this.lose(queue);
    const fate = queue.insert(fragment);
    if (fate === FragmentFate.duplicate) {
      context.drop(fragment, "ip-fragment-error", null);
      return null;
    }
    if (fate !== FragmentFate.kept) {
      if (fate === FragmentFate.overlap) context.counters.ReasmOverlaps++;
      this.close(queue);
      this.lose(queue);
      context.drop(fragment, "ip-fragment-error", null);
      return null;
    }
    const size = trueSizeOf(fragment.length);
    queue.octets += size;
    this.held += size;
    return queue.complete ? this.finish(queue) : null;
  }

  private finish(queue: FragmentQueue): Frame | null {
    const { context } = this;
    this.close(queue);
    this.held -= queue.octets;
    const parts = queue.empty();
    const whole = reassemblePacket(parts, context.engine.newFrameId());
    if (whole === null) {
      context.counters.ReasmFails++;
      for (const part of parts) context.drop(part, "ip-fragment-error", null);
      return null;
    }
    context.counters.ReasmOKs++;
    const { trace, engine, place } = context;
    if (trace !== null) for (const part of parts) trace.delivered(engine.now, place, part);
    return whole;
  }

  /** Time is over: the parts are lost, and the sender is told if the first part was there, and mostly if the packet was for us. */
  expired(queue: FragmentQueue): void {
    const { context } = this;
    this.close(queue);
    context.counters.ReasmFails++;
    context.counters.ReasmTimeout++;
    this.held -= queue.octets;
    const parts = queue.empty();
    const first = parts[0];
    if (first !== undefined && (first.fragment & FragmentField.offsetMask) === 0) this.tell(first);
    for (const part of parts) context.drop(part, "ip-fragment-timeout", null);
  }

  private tell(first: Frame): void {
    const { context } = this;
    const { router } = context;
    const { destination, source, tos, mark, inputInterface } = first;
    if (context.devices.at(inputInterface) === undefined) return;
    const route = router.input(destination, source, tos, mark, inputInterface);
    if (route === null || (this.forHost && route.type !== RouteType.local)) return;
    first.route = route;
    context.sendIcmpError(first, IcmpType.timeExceeded, REASSEMBLY, 0);
  }

  /** `ip_frag_too_far`. */
  private isTooFar(queue: FragmentQueue): boolean {
    const { ipfragMaxDist } = this.context.sysctls;
    if (ipfragMaxDist === 0) return false;
    const { source } = queue.model;
    this.seen ??= new Map();
    if (this.seen.size >= SENDERS_MAX) this.seen.clear();
    const before = queue.distance;
    const now = (this.seen.get(source) ?? 0) + 1;
    this.seen.set(source, now);
    queue.distance = now;
    return queue.parts.length > 0 && now - before > ipfragMaxDist;
  }

  /** All that has come of a packet is of no use. */
  private lose(queue: FragmentQueue): void {
    this.context.counters.ReasmFails++;
    this.held -= queue.octets;
    for (const part of queue.empty()) this.context.drop(part, "ip-fragment-error", null);
  }

  private refuse(fragment: Frame): null {
    this.context.counters.ReasmFails++;
    this.context.drop(fragment, "ip-fragment-error", null);
    return null;
  }

  private open(fragment: Frame): FragmentQueue {
    const queue = new FragmentQueue(fragment, this);
    this.queues.push(queue);
    const { engine, sysctls } = this.context;
    engine.timers.arm(queue, later(engine.now, seconds(sysctls.ipfragTime)));
    return queue;
  }

  private close(queue: FragmentQueue): void {
    if (queue.armed) this.context.engine.timers.cancel(queue);
    this.queues.splice(this.queues.indexOf(queue), 1);
  }
}
