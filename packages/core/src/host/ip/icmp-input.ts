/**
 * Incoming ICMP (RFC 792; `icmp_rcv`): echo requests are answered, errors go to the transport that sent the packet
 * they quote, path MTUs and redirects are learnt. Left out: timestamp and router messages, which are dropped.
 */

import type { NetDevice } from "../../link/net-device.ts";
import { ChecksumFault, type Frame } from "../../packet/frame.ts";
import { type Ipv4Address, inPrefix } from "../../packet/ipv4-address.ts";
import { IcmpType, UnreachableCode } from "../../packet/protocol.ts";
import { RouteType } from "../route/config.ts";
import type { Route } from "../route/route.ts";
import type { IcmpSender } from "./icmp-sender.ts";
import type { IpContext } from "./ip-context.ts";
import type { IpInput } from "./ip-input.ts";
import type { TransportHandler } from "./ip-layer.ts";

/** Hears every ICMP message that reaches the host, as a raw socket does: `ping`, `traceroute`. */
export interface IcmpListener {
  heard(frame: Frame): void;
}

export class IcmpInput implements TransportHandler {
  private readonly context: IpContext;
  private readonly sender: IcmpSender;
  private readonly ip: IpInput;
  private listeners: IcmpListener[] | null = null;

  constructor(context: IpContext, sender: IcmpSender, ip: IpInput) {
    this.context = context;
    this.sender = sender;
    this.ip = ip;
  }

  listen(listener: IcmpListener): void {
    this.listeners ??= [];
    this.listeners.push(listener);
  }

  unlisten(listener: IcmpListener): void {
    const at = this.listeners?.indexOf(listener) ?? -1;
    if (at >= 0) this.listeners?.splice(at, 1);
  }

  receive(frame: Frame, _device: NetDevice): void {
    const { context } = this;
    if ((frame.checksumFaults & ChecksumFault.transport) !== 0)
      return context.drop(frame, "icmp-checksum", null);
    context.trace?.delivered(context.engine.now, context.place, frame);
    if (this.listeners !== null)
      for (const listener of this.listeners.slice()) listener.heard(frame);
    switch (frame.icmpType) {
      case IcmpType.echoRequest:
        return this.echo(frame);
      case IcmpType.destinationUnreachable:
      case IcmpType.sourceQuench:
      case IcmpType.timeExceeded:
      case IcmpType.parameterProblem:
        return this.error(frame);
      case IcmpType.redirect:
        return this.redirect(frame);
    }
  }

  /** Errors about our ICMP messages interest only listeners, which have heard them. */
  icmpError(_error: Frame): void {}

  private echo(frame: Frame): void {
    const { sysctls } = this.context;
    if (sysctls.icmpEchoIgnoreAll !== 0) return;
    const single = (frame.route as Route).type === RouteType.local;
    if (!single && sysctls.icmpEchoIgnoreBroadcasts !== 0) return;
    this.sender.echoReply(frame);
  }

  private error(frame: Frame): void {
    const quoted = frame.inner;
    if (quoted === null) return;
    const { context } = this;
    if (
      frame.icmpType === IcmpType.destinationUnreachable &&
      frame.icmpCode === UnreachableCode.fragmentationNeeded
    )
      context.paths.learnMtu(quoted.destination, frame.icmpRest & 0xffff, context.engine.now);
    this.ip.handler(quoted.protocol)?.icmpError(frame);
  }

  /** `__ip_do_redirect`: only from the gateway in use, only to a neighbour, only where redirects are accepted. */
  private redirect(frame: Frame): void {
    const { context } = this;
    const quoted = frame.inner;
    const on = context.deviceAt(frame.inputInterface);
    if (quoted === null || on === undefined || !on.conf.acceptRedirects) return;
    const gateway = frame.icmpRest as Ipv4Address;
    const onLink = on.addresses.some((a) => inPrefix(gateway, a.local, a.prefixLength));
    if (!onLink || context.router.isLocal(gateway)) return;
    const route = context.router.output(quoted.destination, quoted.source, 0, 0, 0);
    if (route === null || route.device !== on.index) return;
    const current = route.gateway === 0 ? quoted.destination : route.gateway;
    if (current !== frame.source) return;
    context.paths.learnGateway(quoted.destination, gateway);
  }
}
