/** What iptables' rules ask of their namespace. */
import type { NetDevice } from "../link/net-device.ts";
import { copyFrame } from "../packet/copy-frame.ts";
import { type Frame, FrameOrigin } from "../packet/frame.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import { FragmentField } from "../packet/protocol.ts";
import type { Rng } from "../rng/rng.ts";
import type { Instant } from "../time/instant.ts";
import type { PlaceId, Trace } from "../trace/trace.ts";
import type { HostDevice } from "./device/host-device.ts";
import type { IpContext } from "./ip/ip-context.ts";
import type { IpStack } from "./ip/ip-stack.ts";
import type { Ipvs } from "./ipvs/ipvs.ts";
import type { BridgePorts, IpvsFacts, NetfilterEnvironment } from "./netfilter/environment.ts";
import type { HookPoint } from "./netfilter/hook.ts";
import { RouteType } from "./route/config.ts";
import type { Route } from "./route/route.ts";
import { TrackingHostAdapter, type TrackingHostOwner } from "./tracking-host.ts";

interface NetfilterHostOwner extends TrackingHostOwner {
  readonly ip: IpStack;
  readonly ipvs: Ipvs;
  readonly rng: Rng;
  deviceNamed(name: string): HostDevice | undefined;
}

export class NetfilterHost implements NetfilterEnvironment {
  readonly trace: Trace | null;
  readonly place: PlaceId;
  readonly tracking: TrackingHostAdapter;
  private readonly context: IpContext;
  private readonly owner: NetfilterHostOwner;
  private readonly rng: Rng;
  /** A copy is on its way out (`nf_skb_duplicated`). */
  private duplicating = false;

  constructor(owner: NetfilterHostOwner, context: IpContext) {
    this.owner = owner;
    this.context = context;
    this.trace = context.trace;
    this.place = context.place;
    this.rng = owner.rng.stream("netfilter");
    this.tracking = new TrackingHostAdapter(owner, context);
  }

  now(): Instant {
    return this.context.engine.now;
  }

  deviceIndex(device: NetDevice): number {
    return (device as HostDevice).index;
  }

  reroute(frame: Frame): boolean {
    return this.owner.ip.reroute(frame);
  }

  sendIcmpError(cause: Frame, type: number, code: number, rest: number): void {
    this.context.sendIcmpError(cause, type, code, rest);
  }

  sendReset(cause: Frame, _point: HookPoint): void {
    this.owner.ip.sendReset(cause, this.owner.bridged?.inputOf(cause) ?? null);
  }

  addressType(address: Ipv4Address, device: NetDevice | null): RouteType {
    const type = this.context.router.addressType(address);
    if (device === null || type !== RouteType.local) return type;
    const own = (device as HostDevice).addresses.some(({ local }) => local === address);
    return own ? type : RouteType.unicast;
  }

  pathMtu(frame: Frame): number {
    const there = frame.route as Route | null;
    const mtu = there === null ? 0xffff : this.owner.ip.mtuOf(there, frame.destination);
    const back = this.context.router.outputFromAny(frame.source, 0 as Ipv4Address, 0, 0, 0);
    return back === null ? mtu : Math.min(mtu, this.owner.ip.mtuOf(back, frame.source));
  }

  randomBelow(bound: number): number {
    return this.rng.below(bound);
  }

  bridgePorts(frame: Frame): BridgePorts | null {
    return this.owner.bridged?.passageOf(frame) ?? null;
  }

  ipvsFacts(frame: Frame): IpvsFacts | null {
    return this.owner.ipvs.factsOfRequest(frame);
  }

  duplicate(frame: Frame, gateway: Ipv4Address, output: string, hops: number): void {
    if (this.duplicating) return;
    const { context, owner } = this;
    const index = output === "" ? 0 : (owner.deviceNamed(output)?.index ?? -1);
    if (index < 0) return;
    const route = owner.ip.routeOutput(gateway, 0 as Ipv4Address, index, 0, frame.tos);
    if (typeof route === "number") return;
    const copy = copyFrame(frame, context.engine.newFrameId());
    copy.parentId = frame.id;
    copy.origin = FrameOrigin.retransmitted;
    copy.conntrack = null;
    copy.untracked = true;
    copy.fragment |= FragmentField.dontFragment;
    copy.ttl -= hops;
    copy.route = route;
    copy.nextHop = gateway;
    this.duplicating = true;
    owner.ip.output(copy);
    this.duplicating = false;
  }
}
