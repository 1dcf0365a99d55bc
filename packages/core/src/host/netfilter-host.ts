/** What iptables' rules ask of their namespace. */
import type { NetDevice } from "../link/net-device.ts";
import type { Frame } from "../packet/frame.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import type { Instant } from "../time/instant.ts";
import type { PlaceId, Trace } from "../trace/trace.ts";
import type { HostDevice } from "./device/host-device.ts";
import type { IpContext } from "./ip/ip-context.ts";
import type { IpStack } from "./ip/ip-stack.ts";
import type { NetfilterEnvironment } from "./netfilter/environment.ts";
import type { HookPoint } from "./netfilter/hook.ts";
import { RouteType } from "./route/config.ts";
import type { Route } from "./route/route.ts";

interface NetfilterHostOwner {
  readonly ip: IpStack;
}

export class NetfilterHost implements NetfilterEnvironment {
  readonly trace: Trace | null;
  readonly place: PlaceId;
  private readonly context: IpContext;
  private readonly owner: NetfilterHostOwner;

  constructor(owner: NetfilterHostOwner, context: IpContext) {
    this.owner = owner;
    this.context = context;
    this.trace = context.trace;
    this.place = context.place;
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
    this.owner.ip.sendReset(cause);
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
}
