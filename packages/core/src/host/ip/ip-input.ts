/**
 * Receiving IPv4 packets: `ip_rcv`, `ip_rcv_finish`, `ip_local_deliver`. What a device took in is checked, passes
 * PRE_ROUTING, gets its route, and is delivered here, forwarded, or dropped with a reason.
 */
import type { NetDevice } from "../../link/net-device.ts";
import { copyFrame } from "../../packet/copy-frame.ts";
import { ChecksumFault, type Frame, PacketType } from "../../packet/frame.ts";
import { ANY_ADDRESS } from "../../packet/ipv4-address.ts";
import { FragmentField, IcmpType, IpProtocol, UnreachableCode } from "../../packet/protocol.ts";
import type { HostDevice } from "../device/host-device.ts";
import { HookPoint, Verdict } from "../netfilter/hook.ts";
import { RouteType } from "../route/config.ts";
import type { Route } from "../route/route.ts";
import { type InputWay, InputWays } from "./input-ways.ts";
import type { IpContext } from "./ip-context.ts";
import type { IpCounters } from "./ip-counters.ts";
import type { IpForward } from "./ip-forward.ts";
import type { TransportHandler } from "./ip-layer.ts";
import { findOptionFault } from "./ip-options.ts";
import { PART_OF_ANOTHER } from "./known-way.ts";
import { logMartian } from "./martian-log.ts";
import { passHooks } from "./pass-hooks.ts";
import { Reassembly } from "./reassembly.ts";

/** net.ipv4.route.error_cost and error_burst: one error a second, after five. */
const ERROR_COST_NS = 1e9;
const ERROR_BURST_NS = 5e9;

/** Copied: long enough for GRE, so that it need not grow in every host. */
const NO_HANDLERS = new Array<TransportHandler | undefined>(IpProtocol.gre + 1).fill(undefined);

export class IpInput {
  private readonly context: IpContext;
  private readonly forwarding: IpForward;
  private readonly handlers = NO_HANDLERS.slice();
  private readonly ways: InputWays;
  private readonly counters: IpCounters;
  private reassembly: Reassembly | null = null;
  private trackingReassembly: Reassembly | null = null;

  constructor(context: IpContext, forwarding: IpForward) {
    this.context = context;
    this.forwarding = forwarding;
    this.ways = new InputWays(context);
    this.counters = context.counters;
  }

  register(protocol: number, handler: TransportHandler): void {
    this.handlers[protocol] = handler;
    this.context.generation.value++;
  }

  unregister(protocol: number): void {
    this.handlers[protocol] = undefined;
    this.context.generation.value++;
  }

  handler(protocol: number): TransportHandler | undefined {
    return this.handlers[protocol];
  }

  /**
   * `receive`, for a packet without extras that was sent to the link address of `from`. All is written out here: a method of
   * more than 460 octets of bytecode is never inlined, and with this one inlined in them the devices' `receive` would not be
   * inlined in the engine's loop (docs/decisions/0006).
   */
  receivePlain(frame: Frame, from: HostDevice): void {
    const { context, counters } = this;
    const { source, destination, protocol } = frame;
    const { ways } = this.ways;
    // as `wayPlaceOf`
    const mixed = source ^ Math.imul(destination, 0x85ebca6b) ^ protocol;
    const way = ways[Math.imul(mixed, 0x9e3779b1) >>> 28] as InputWay | null;
    if (
      way !== null &&
      way.source === source &&
      way.destination === destination &&
      way.protocol === protocol &&
      way.from === from &&
      way.generation === context.generation.value &&
      (frame.fragment & PART_OF_ANOTHER) === 0
    ) {
      counters.InReceives++;
      counters.InDelivers++;
      // as `enterBy`
      frame.notes = PacketType.host;
      frame.route = way.route;
      frame.nextHop = ANY_ADDRESS;
      frame.conntrack = null;
      frame.inputInterface = way.fromIndex;
      // each meets one class
      if (protocol === IpProtocol.tcp) return way.handler.receive(frame, from);
      if (protocol === IpProtocol.udp) return way.handler.receive(frame, from);
      if (protocol === IpProtocol.icmp) return way.handler.receive(frame, from);
      return way.handler.receive(frame, from);
    }
    // as `receive` does with a frame that is nobody else's and undamaged
    if (from.internal === false) {
      frame.notes = PacketType.host;
      frame.route = null;
      frame.nextHop = ANY_ADDRESS;
      frame.conntrack = null;
    } else frame.packetType = PacketType.host;
    frame.inputInterface = from.index;
    counters.InReceives++;
    const point = HookPoint.preRouting;
    if (context.hooks.isIdle(point) || passHooks(context, point, frame, from, null))
      this.route(frame, from);
  }

  /** A packet that `from` took in; it is ours to change unless it is shared. */
  receive(shared: Frame, from: HostDevice, packetType: PacketType): void {
    const { context, counters } = this;
    if (packetType === PacketType.otherHost) return context.drop(shared, "other-host", null);
    const frame = shared.shared === true ? copyFrame(shared, shared.id) : shared;
    if (from.internal === false) frame.enterHost(from.index);
    frame.inputInterface = from.index;
    frame.packetType = packetType;
    counters.InReceives++;
    if (frame.checksumFaults !== 0 && (frame.checksumFaults & ~ChecksumFault.transport) !== 0)
      return this.refuseHeader(frame);
    const point = HookPoint.preRouting;
    if (context.hooks.isIdle(point) || passHooks(context, point, frame, from, null))
      this.route(frame, from);
  }

  /** Connection tracking puts packets together before they have a route, in queues of its own. */
  reassembleForTracking(fragment: Frame): Frame | null {
    this.trackingReassembly ??= new Reassembly(this.context);
    return this.trackingReassembly.add(fragment);
  }

  /** A packet that a hook at PRE_ROUTING kept goes on behind the hooks of that priority. */
  resume(frame: Frame, from: HostDevice, priority: number): void {
    const { hooks } = this.context;
    const verdict = hooks.runAbove(priority, HookPoint.preRouting, frame, from, null);
    if (verdict === Verdict.accept) this.route(frame, from);
  }

  /** What follows PRE_ROUTING. */
  private route(frame: Frame, from: HostDevice): void {
    const { context } = this;
    const { router } = context;
    // a packet that this host sent to itself keeps the route it was sent by
    const sentHere = frame.route !== null;
    let sourceOnLink = 0;
    if (!sentHere) {
      const route = router.input(
        frame.destination,
        frame.source,
        frame.tos,
        frame.mark,
        from.index,
      );
      if (route === null) return this.refuse(frame, from);
      frame.route = route;
      sourceOnLink = router.sourceOnLink;
    }
    if (frame.ipOptions !== null && !this.acceptsOptions(frame)) return;
    const { type } = frame.route as Route;
    if (type === RouteType.local || type === RouteType.broadcast || type === RouteType.multicast) {
      if (!sentHere && type === RouteType.local && frame.packetType === PacketType.host)
        this.learnWay(frame, from);
      return this.deliver(frame, from);
    }
    // a route by which this host sent it leads nowhere on the way in (`dst_discard`)
    if (sentHere) return context.drop(frame, "ip-no-route", from);
    this.forwarding.forward(frame, from, sourceOnLink);
  }

  private learnWay(frame: Frame, from: HostDevice): void {
    const handler = this.handlers[frame.protocol];
    if (handler !== undefined) this.ways.learn(frame, from, frame.route as Route, handler);
  }

  /** No way on: the router says why, and whether the sender is to be told. */
  private refuse(frame: Frame, from: HostDevice): void {
    const { context } = this;
    const { router, counters } = context;
    const { dropReason, decider, unreachableCode } = router;
    if (dropReason === "ip-martian-source") logMartian(context.messages, frame, from, true);
    else if (dropReason === "ip-martian-destination")
      logMartian(context.messages, frame, from, false);
    else if (dropReason === "ip-reverse-path-filter") counters.IPReversePathFilter++;
    else if (dropReason === "ip-no-route" && from.conf.forwarding !== 0) counters.InNoRoutes++;
    else counters.InAddrErrors++;
    if (unreachableCode >= 0 && this.mayTell(frame))
      context.sendIcmpError(frame, IcmpType.destinationUnreachable, unreachableCode, 0);
    context.drop(frame, dropReason, decider ?? from);
  }

  /** `ip_error`: net.ipv4.route.error_cost and error_burst hold back what routes say, before ICMP's own limit. */
  private mayTell({ source }: Frame): boolean {
    const { peers, engine } = this.context;
    return peers.of(source, engine.now).spend(ERROR_COST_NS, ERROR_BURST_NS, engine.now);
  }

  private refuseHeader(frame: Frame): void {
    const { counters } = this.context;
    const fault = headerFault(frame);
    if (fault === "ip-checksum") counters.InCsumErrors++;
    counters.InHdrErrors++;
    this.context.drop(frame, fault, null);
  }

  /** `ip_rcv_options`; packets of our own were checked when they were made. */
  private acceptsOptions(frame: Frame): boolean {
    const { context } = this;
    const fault = findOptionFault(frame.ipOptions as Uint8Array);
    if (fault === null) return true;
    context.counters.InHdrErrors++;
    if (fault.pointer >= 0)
      context.sendIcmpError(frame, IcmpType.parameterProblem, 0, fault.pointer << 24);
    context.drop(frame, "ip-bad-option", null);
    return false;
  }

  /** `ip_local_deliver`: LOCAL_IN and the transport. */
  private deliver(frame: Frame, from: HostDevice): void {
    let whole = frame;
    if ((frame.fragment & (FragmentField.offsetMask | FragmentField.moreFragments)) !== 0) {
      this.reassembly ??= new Reassembly(this.context);
      const complete = this.reassembly.add(frame);
      if (complete === null) return;
      whole = complete;
      whole.route = frame.route;
      whole.inputInterface = from.index;
    }
    const { context } = this;
    const point = HookPoint.localIn;
    if (context.hooks.isIdle(point) || passHooks(context, point, whole, from, null))
      this.deliverToTransport(whole, from);
  }

  /** What follows LOCAL_IN: the handler of the protocol. */
  deliverToTransport(frame: Frame, from: NetDevice): void {
    const handler = this.handlers[frame.protocol];
    const { context, counters } = this;
    if (handler !== undefined) {
      counters.InDelivers++;
      return handler.receive(frame, from);
    }
    counters.InUnknownProtos++;
    const code = UnreachableCode.protocol;
    context.sendIcmpError(frame, IcmpType.destinationUnreachable, code, 0);
    context.drop(frame, "ip-protocol-unknown", null);
  }
}

const headerFault = (frame: Frame): "ip-checksum" | "ip-header-error" =>
  (frame.checksumFaults & ChecksumFault.ip) !== 0 ? "ip-checksum" : "ip-header-error";
