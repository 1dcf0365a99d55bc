/**
 * ICMP messages that the host itself makes (RFC 792, RFC 1122 §3.2.2, RFC 1812 §4.3.2; `icmp_send`, `icmp_reply`):
 * errors about a packet, and answers to echo requests. Neither is fragmentation-safe: DF is off, as in Linux.
 */
import { copyFrame } from "../../packet/copy-frame.ts";
import { Frame, FrameOrigin, PacketType } from "../../packet/frame.ts";
import {
  ANY_ADDRESS,
  type Ipv4Address,
  isMulticastAddress,
  isZeroNetAddress,
  LIMITED_BROADCAST,
} from "../../packet/ipv4-address.ts";
import { FragmentField, IcmpType, IpProtocol } from "../../packet/protocol.ts";
import { relatedTo } from "../conntrack/tracked-connection.ts";
import { Scope } from "../device/config.ts";
import { RouteType } from "../route/config.ts";
import type { Route } from "../route/route.ts";
import { IcmpRateLimit } from "./icmp-rate-limit.ts";
import type { IpContext } from "./ip-context.ts";
import { countType } from "./ip-counters.ts";
import type { IpOutput } from "./ip-output.ts";

const HEADERS = 28;
/** An error carries as much of the packet as fits into 576 octets (RFC 1812 §4.3.2.3). */
const QUOTED_MAX = 576 - HEADERS;
/** IPTOS_PREC_INTERNETCONTROL: the precedence of errors. */
const ERROR_PRECEDENCE = 0xc0;
const TOS_MASK = 0x1e;

const ERROR_TYPES: number =
  (1 << IcmpType.destinationUnreachable) |
  (1 << IcmpType.sourceQuench) |
  (1 << IcmpType.redirect) |
  (1 << IcmpType.timeExceeded) |
  (1 << IcmpType.parameterProblem);

/** Whether an ICMP type is an error, about which no error may be sent. */
const isIcmpError = (type: number): boolean => type < 32 && (ERROR_TYPES & (1 << type)) !== 0;

export class IcmpSender {
  private readonly context: IpContext;
  private readonly output: IpOutput;
  /** Made for the first message: most hosts send none. */
  private limit: IcmpRateLimit | null = null;

  constructor(context: IpContext, output: IpOutput) {
    this.context = context;
    this.output = output;
  }

  /** An error about `cause` to its source; nothing at all when the rules forbid one. */
  error(cause: Frame, type: number, code: number, rest: number): void {
    if (!this.mayReport(cause)) return;
    const { context } = this;
    const { router, engine } = context;
    // by the route that the packet was on when it failed, as the kernel does: a packet for us is answered by its destination
    const was = cause.route as Route | null;
    const local = was === null ? router.isLocal(cause.destination) : was.type === RouteType.local;
    const from = local ? cause.destination : this.inboundSource(cause);
    const tos = (cause.tos & TOS_MASK) | ERROR_PRECEDENCE;
    const route = router.output(cause.source, from, 0, cause.mark, tos);
    if (route === null) return;
    const source = from === 0 ? router.sourceFor(route, cause.source) : from;
    const frame = new Frame(engine.newFrameId());
    frame.origin = FrameOrigin.quoted;
    frame.parentId = cause.id;
    frame.source = source;
    frame.destination = cause.source;
    frame.tos = tos;
    frame.icmpType = type;
    frame.icmpCode = code;
    frame.icmpRest = rest;
    frame.conntrack = relatedTo(cause.conntrack);
    // a packet that goes on after a redirect changes under way; all others end here
    frame.inner = type === IcmpType.redirect ? copyFrame(cause, cause.id) : cause;
    frame.length = HEADERS + Math.min(cause.length, QUOTED_MAX);
    this.send(frame, route);
  }

  /** The answer to an echo request that was sent to us. */
  echoReply(request: Frame): void {
    const { context } = this;
    const { router, engine } = context;
    const toUs = (request.route as Route).type === RouteType.local;
    const from = toUs ? request.destination : ANY_ADDRESS;
    const route = router.output(request.source, from, 0, request.mark, request.tos & TOS_MASK);
    if (route === null) return;
    const frame = new Frame(engine.newFrameId());
    frame.origin = FrameOrigin.answer;
    frame.parentId = request.id;
    frame.source = toUs ? request.destination : router.sourceFor(route, request.source);
    frame.destination = request.source;
    frame.tos = request.tos;
    frame.icmpType = IcmpType.echoReply;
    frame.icmpRest = request.icmpRest;
    frame.payload = request.payload;
    frame.payloadOffset = request.payloadOffset;
    frame.payloadLength = request.payloadLength;
    frame.length = HEADERS + request.payloadLength;
    this.send(frame, route);
  }

  private send(frame: Frame, route: Route): void {
    const { context } = this;
    frame.protocol = IpProtocol.icmp;
    frame.ttl = context.sysctls.ipDefaultTtl;
    frame.identification = context.identifications.next();
    frame.route = route;
    const toOurselves = route.type === RouteType.local;
    if (!toOurselves && this.isHeldBack(frame))
      return context.drop(frame, "icmp-rate-limited", null);
    countType(context.counters.icmpOut, frame.icmpType);
    this.output.local(frame);
  }

  private isHeldBack({ icmpType, icmpCode, destination }: Frame): boolean {
    const { counters, engine, sysctls, peers, rng } = this.context;
    this.limit ??= new IcmpRateLimit(peers, rng.stream("icmp"));
    const refusal = this.limit.refusal(icmpType, icmpCode, destination, engine.now, sysctls);
    if (refusal === "all") counters.IcmpOutRateLimitGlobal++;
    if (refusal === "peer") counters.IcmpOutRateLimitHost++;
    return refusal !== null;
  }

  /** The source of an error about a packet on its way: with icmp_errors_use_inbound_ifaddr where it came in; 0 for any. */
  private inboundSource(cause: Frame): Ipv4Address {
    const { router, sysctls } = this.context;
    if (sysctls.icmpErrorsUseInboundIfaddr === 0 || cause.inputInterface === 0) return ANY_ADDRESS;
    return router.selectSource(cause.inputInterface, cause.source, Scope.link);
  }

  /** RFC 1122 §3.2.2: never about an error, a later fragment, a broadcast, or a packet without a single sender. */
  private mayReport(cause: Frame): boolean {
    if (cause.packetType !== PacketType.host) return false;
    if ((cause.fragment & FragmentField.offsetMask) !== 0) return false;
    if (cause.protocol === IpProtocol.icmp && isIcmpError(cause.icmpType)) return false;
    return isSingleHost(cause.source) && !isGroup(cause.destination, this.context);
  }
}

const isSingleHost = (address: Ipv4Address): boolean =>
  !isZeroNetAddress(address) && !isMulticastAddress(address) && address !== LIMITED_BROADCAST;

const isGroup = (address: Ipv4Address, context: IpContext): boolean =>
  isMulticastAddress(address) ||
  address === LIMITED_BROADCAST ||
  context.router.isBroadcast(address);
