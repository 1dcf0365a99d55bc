/** Forwarding a packet for somebody else: `ip_forward` (RFC 1812 §5.2.1, §5.3.1). */
import type { Frame } from "../../packet/frame.ts";
import { PacketType } from "../../packet/frame.ts";
import { FragmentField, IcmpType, UnreachableCode } from "../../packet/protocol.ts";
import type { HostDevice } from "../device/host-device.ts";
import { HookPoint } from "../netfilter/hook.ts";
import { hashOfPacket } from "../route/multipath-hash.ts";
import type { Route } from "../route/route.ts";
import type { IpContext } from "./ip-context.ts";
import type { IpOutput } from "./ip-output.ts";
import { passHooks } from "./pass-hooks.ts";
import type { RedirectSender } from "./redirect-sender.ts";

export class IpForward {
  private readonly context: IpContext;
  private readonly output: IpOutput;
  private readonly redirects: RedirectSender;

  constructor(context: IpContext, output: IpOutput, redirects: RedirectSender) {
    this.context = context;
    this.output = output;
    this.redirects = redirects;
  }

  /** `frame` came in by `from`, and its route leads on; `sourceOnLink` says that the sender is a neighbour there. */
  forward(frame: Frame, from: HostDevice, sourceOnLink: number): void {
    const { context } = this;
    let route = frame.route as Route;
    if (route.group !== null) {
      route = route.group.choose(hashOfPacket(context.sysctls.fibMultipathHashPolicy, frame));
      frame.route = route;
    }
    const out = context.devices.at(route.device);
    if (out === undefined) return context.drop(frame, "ip-no-route", null);
    if (frame.packetType !== PacketType.host) return context.drop(frame, "other-host", null);
    if (frame.ttl <= 1) {
      context.sendIcmpError(frame, IcmpType.timeExceeded, 0, 0);
      context.counters.InHdrErrors++;
      return context.drop(frame, "ip-ttl-exceeded", null);
    }
    const mtu = this.output.mtuOf(route, frame, out, true);
    if (frame.length > mtu && (frame.fragment & FragmentField.dontFragment) !== 0) {
      const code = UnreachableCode.fragmentationNeeded;
      context.sendIcmpError(frame, IcmpType.destinationUnreachable, code, mtu);
      context.counters.FragFails++;
      return context.drop(frame, "ip-too-big", out);
    }
    frame.ttl--;
    context.counters.ForwDatagrams++;
    if (sourceOnLink !== 0 && out === from) this.redirects.consider(frame, route, from);
    const point = HookPoint.forward;
    if (context.hooks.isIdle(point) || passHooks(context, point, frame, from, out))
      this.output.send(frame, true);
  }
}
