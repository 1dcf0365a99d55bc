/**
 * Sending IPv4 packets: `ip_local_out`, `ip_output`, `ip_finish_output`. A packet has its route when it comes here;
 * what is left are the hooks, the MTU and the neighbour.
 */

import { copyFrame } from "../../packet/copy-frame.ts";
import type { Frame } from "../../packet/frame.ts";
import {
  type Ipv4Address,
  isMulticastAddress,
  LIMITED_BROADCAST,
} from "../../packet/ipv4-address.ts";
import { FragmentField, IcmpType, UnreachableCode } from "../../packet/protocol.ts";
import type { HostDevice } from "../device/host-device.ts";
import { HookPoint } from "../netfilter/hook.ts";
import { RouteType } from "../route/config.ts";
import { HashPolicy, hashOfPacket } from "../route/multipath-hash.ts";
import type { PathChooser, Route } from "../route/route.ts";
import { fragmentPacket } from "./fragment.ts";
import type { IpContext } from "./ip-context.ts";
import { type OutputWay, OutputWays } from "./output-ways.ts";
import { passHooks } from "./pass-hooks.ts";

export class IpOutput {
  private readonly context: IpContext;
  private readonly ways: OutputWays;

  constructor(context: IpContext) {
    this.context = context;
    this.ways = new OutputWays(context);
  }

  /** A packet of this host's own: LOCAL_OUT, then `send`. `frame.route` is set. */
  local(frame: Frame): void {
    if (this.ways.send(frame) === false) this.localAnew(frame);
  }

  /** The way of packets of this host's own, if it is known; null where there is more to them. */
  wayTo(destination: Ipv4Address, route: Route): OutputWay | null {
    return this.ways.find(destination, route);
  }

  /** `local`, for a packet whose way is not known. */
  private localAnew(frame: Frame): void {
    const { context } = this;
    context.counters.OutRequests++;
    const { group } = frame.route as Route;
    if (group !== null) this.chooseWay(frame, group);
    if (!context.hooks.isIdle(HookPoint.localOut) && !this.passLocalOut(frame)) return;
    const out = this.interfaceOf(frame);
    if (out !== undefined) this.ways.learn(frame, out);
    this.send(frame, false);
  }

  private passLocalOut(frame: Frame): boolean {
    const { context } = this;
    const out = this.interfaceOf(frame);
    if (out !== undefined) return passHooks(context, HookPoint.localOut, frame, null, out);
    context.drop(frame, "ip-no-route", null);
    return false;
  }

  /** By addresses the route was chosen already; other policies need the packet. */
  private chooseWay(frame: Frame, group: PathChooser): void {
    const policy = this.context.sysctls.fibMultipathHashPolicy;
    if (policy !== HashPolicy.addresses) frame.route = group.choose(hashOfPacket(policy, frame));
  }

  /** POST_ROUTING, fragmentation, neighbour, device (`dst_output`). What came from elsewhere keeps its input device here. */
  send(frame: Frame, forwarded: boolean): void {
    // a hook may have chosen another route
    const out = this.interfaceOf(frame);
    const { context } = this;
    if (out === undefined) return context.drop(frame, "ip-no-route", null);
    const route = frame.route as Route;
    if (route.type !== RouteType.unicast && route.type !== RouteType.local)
      this.loopCopyBack(frame, route, out);
    if (!context.hooks.isIdle(HookPoint.postRouting) && !this.passPostRouting(frame, out)) return;
    const mtu = this.mtuOf(route, frame, out, forwarded);
    if (frame.length > mtu) this.fragment(frame, route, out, mtu);
    else this.sendToNeighbour(frame, route, out);
  }

  private passPostRouting(frame: Frame, out: HostDevice): boolean {
    const { context } = this;
    const from = frame.inputInterface;
    const input = from === 0 ? null : (context.devices.at(from) ?? null);
    return passHooks(context, HookPoint.postRouting, frame, input, out);
  }

  /**
   * The MTU for `frame` on its way out: the device's, lowered by the route and, but for packets of others unless
   * ip_forward_use_pmtu is set, by what was learnt.
   */
  mtuOf(route: Route, frame: Frame, out: HostDevice, forwarded: boolean): number {
    let { mtu } = out;
    if (route.mtu !== 0 && route.mtu < mtu) mtu = route.mtu;
    const { paths, engine, sysctls } = this.context;
    if (!paths.empty && (!forwarded || sysctls.ipForwardUsePmtu !== 0)) {
      const learnt = paths.mtu(frame.destination, engine.now);
      if (learnt !== 0 && learnt < mtu) mtu = learnt;
    }
    return mtu;
  }

  private interfaceOf(frame: Frame): HostDevice | undefined {
    return this.context.devices.at((frame.route as Route).device);
  }

  private fragment(frame: Frame, route: Route, out: HostDevice, mtu: number): void {
    const { context } = this;
    if ((frame.fragment & FragmentField.dontFragment) !== 0) {
      context.sendIcmpError(
        frame,
        IcmpType.destinationUnreachable,
        UnreachableCode.fragmentationNeeded,
        mtu,
      );
      context.counters.FragFails++;
      return context.drop(frame, "ip-too-big", out);
    }
    context.counters.FragOKs++;
    for (const part of fragmentPacket(frame, mtu, () => context.engine.newFrameId())) {
      context.counters.FragCreates++;
      this.sendToNeighbour(part, route, out);
    }
  }

  private sendToNeighbour(frame: Frame, route: Route, out: HostDevice): void {
    let next = frame.nextHop;
    if (next === 0) {
      next = route.gateway === 0 ? frame.destination : route.gateway;
      const { paths } = this.context;
      if (!paths.empty) {
        const better = paths.gateway(frame.destination, this.context.engine.now);
        if (better !== 0) next = better;
      }
    }
    this.context.neighbours.send(frame, out, next);
  }

  /** A broadcast or multicast packet of our own is heard by our own sockets as well (`ip_mc_output`). */
  private loopCopyBack(frame: Frame, route: Route, out: HostDevice): void {
    const broadcast = route.type === RouteType.broadcast || frame.destination === LIMITED_BROADCAST;
    if (!broadcast || isMulticastAddress(frame.destination) || out.loopback === true) return;
    const lo = this.context.devices.at(1);
    if (lo === undefined) return;
    lo.transmit(copyFrame(frame, frame.id));
  }
}
