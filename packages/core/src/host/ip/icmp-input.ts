/**
 * Incoming ICMP (RFC 792; `icmp_rcv`): echo requests are answered, errors go to the transport that sent the packet
 * they quote, path MTUs and redirects are learnt. Left out: timestamp and router
 * messages, which nobody answers.
 */

import type { NetDevice } from "../../link/net-device.ts";
import { ChecksumFault, type Frame } from "../../packet/frame.ts";
import { IcmpType, IpProtocol, UnreachableCode } from "../../packet/protocol.ts";
import { Ground } from "../../trace/ground.ts";
import type { Decider } from "../../trace/trace.ts";
import { MTU_METRIC, RouteType } from "../route/config.ts";
import type { Route } from "../route/route.ts";
import type { IcmpSender } from "./icmp-sender.ts";
import type { IpContext } from "./ip-context.ts";
import { countType } from "./ip-counters.ts";
import type { IpInput } from "./ip-input.ts";
import type { TransportHandler } from "./ip-layer.ts";
import { learnRedirect } from "./redirect-input.ts";

/** Hears every ICMP message that reaches the host, as a raw socket does: `ping`, `traceroute`. */
export interface IcmpListener {
  heard(frame: Frame): void;
}

const UNKNOWN_TYPE = new Ground("no such ICMP type");
const NOT_FOR_A_GROUP = new Ground("only echo requests may go to a group or to all");
const IGNORE_ALL = new Ground("net.ipv4.icmp_echo_ignore_all = 1");
const IGNORE_BROADCASTS = new Ground("net.ipv4.icmp_echo_ignore_broadcasts = 1");
/** NR_ICMP_TYPES. */
const TYPE_MAX = 18;
/** net.ipv4.ip_no_pmtu_disc. */
const PmtuMode = { least: 1, believeNobody: 2, hardened: 3 } as const;

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
    const { counters } = context;
    if ((frame.checksumFaults & ChecksumFault.transport) !== 0) {
      counters.IcmpInCsumErrors++;
      counters.IcmpInErrors++;
      return context.drop(frame, "icmp-checksum", null);
    }
    countType(counters.icmpIn, frame.icmpType);
    const refusal = this.refusal(frame);
    if (refusal !== null) return context.drop(frame, "icmp-ignored", refusal);
    context.trace?.delivered(context.engine.now, context.place, frame);
    if (this.listeners !== null)
      for (const listener of this.listeners.slice()) listener.heard(frame);
    switch (frame.icmpType) {
      case IcmpType.echoRequest:
        return this.sender.echoReply(frame);
      case IcmpType.destinationUnreachable:
      case IcmpType.sourceQuench:
      case IcmpType.timeExceeded:
      case IcmpType.parameterProblem:
        return this.error(frame);
      case IcmpType.redirect:
        return learnRedirect(context, frame);
    }
  }

  /** Why the message is of no use (`icmp_rcv`, `icmp_echo`); null when it is. */
  private refusal({ icmpType, route }: Frame): Decider | null {
    const { sysctls, counters } = this.context;
    if (icmpType > TYPE_MAX) {
      counters.IcmpInErrors++;
      return UNKNOWN_TYPE;
    }
    const isEcho = icmpType === IcmpType.echoRequest;
    if ((route as Route).type !== RouteType.local) {
      if (!isEcho) return NOT_FOR_A_GROUP;
      if (sysctls.icmpEchoIgnoreBroadcasts !== 0) {
        counters.IcmpInErrors++;
        return IGNORE_BROADCASTS;
      }
    }
    return isEcho && sysctls.icmpEchoIgnoreAll !== 0 ? IGNORE_ALL : null;
  }

  /** Errors about our ICMP messages interest only listeners, which have heard them. */
  icmpError(_error: Frame): void {}

  private error(frame: Frame): void {
    const quoted = frame.inner;
    if (quoted === null) return;
    const isAboutMtu =
      frame.icmpType === IcmpType.destinationUnreachable &&
      frame.icmpCode === UnreachableCode.fragmentationNeeded;
    if (isAboutMtu && !this.learnMtu(quoted, frame.icmpRest & 0xffff)) return;
    this.ip.handler(quoted.protocol)?.icmpError(frame);
  }

  /** By ip_no_pmtu_disc: 1 takes the least MTU that there is, 2 believes nobody, 3 only what TCP can check. */
  private learnMtu(quoted: Frame, said: number): boolean {
    const { paths, engine, sysctls, router, devices } = this.context;
    const mode = sysctls.ipNoPmtuDisc;
    if (mode === PmtuMode.believeNobody) return false;
    if (mode === PmtuMode.hardened && quoted.protocol !== IpProtocol.tcp) return false;
    const mtu = mode === PmtuMode.least ? 0 : said;
    const route = router.outputFromAny(quoted.destination, quoted.source, 0, 0, 0);
    if (route === null || ((route.config?.lockedMetrics ?? 0) & (1 << MTU_METRIC)) !== 0)
      return true;
    const now = route.mtu !== 0 ? route.mtu : (devices.at(route.device)?.mtu ?? 0);
    if (mtu <= now) paths.learnMtu(quoted.destination, mtu, engine.now);
    return true;
  }
}
