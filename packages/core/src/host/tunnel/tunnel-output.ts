/**
 * Sending through a tunnel device (`ip_tunnel_xmit`, `__gre_xmit`): the packet gets its outer headers, the outer
 * packet its route, and leaves as one of our own. A packet that is too long for the way is refused first.
 */
import { Frame, FrameOrigin } from "../../packet/frame.ts";
import { GreFlag, greHeader } from "../../packet/gre-header.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IPV4_HEADER_LENGTH } from "../../packet/lengths.ts";
import { FragmentField, IcmpType, IpProtocol, UnreachableCode } from "../../packet/protocol.ts";
import type { DropReason } from "../../trace/drop-reason.ts";
import type { TunnelParameters } from "../device/tunnel-parameters.ts";
import type { IpContext } from "../ip/ip-context.ts";
import type { IpLayer } from "../ip/ip-layer.ts";
import type { Route } from "../route/route.ts";
import { encapsulatedTos } from "./ecn.ts";
import type { TunnelDevice } from "./tunnel-device.ts";
import { TUNNEL_ERROR_LIFETIME } from "./tunnel-errors.ts";
import { wrapInUdp } from "./udp-headers.ts";

/** XMIT_RECURSION_LIMIT: devices that may send through one another. */
const NESTING_MAX = 8;
/** RT_TOS: the bits of TOS that routing looks at. */
const ROUTED_TOS = 0x1e;

export class TunnelOutput {
  private readonly context: IpContext;
  private readonly ip: IpLayer;
  private nesting = 0;

  constructor(context: IpContext, ip: IpLayer) {
    this.context = context;
    this.ip = ip;
  }

  send(frame: Frame, device: TunnelDevice): void {
    if (this.nesting > NESTING_MAX) {
      device.counters.sendDrops++;
      this.context.drop(frame, "tunnel-dead-loop", device);
      return;
    }
    this.nesting++;
    const refused = this.encapsulate(frame, device);
    this.nesting--;
    if (refused === null) return;
    device.errors.sendErrors++;
    this.context.drop(frame, refused, device);
  }

  private encapsulate(frame: Frame, device: TunnelDevice): DropReason | null {
    const { parameters } = device;
    const destination = parameters.remote === 0 ? farEnd(frame, device) : parameters.remote;
    if (destination === 0) return "tunnel-no-remote";
    const tos = (parameters.tos & 1) === 0 ? parameters.tos : frame.tos;
    // a packet's mark is nothing to the outer route unless `fwmark` is set on the device, which is left out
    const { local, link } = parameters;
    const route = this.context.router.output(destination, local, link, 0, tos & ROUTED_TOS);
    if (route === null) {
      device.errors.carrierErrors++;
      return "tunnel-no-route";
    }
    if (route.device === device.index) {
      device.errors.collisions++;
      return "tunnel-dead-loop";
    }
    const { source } = this.context.router;
    const fragment = outerFragment(frame, parameters);
    if (this.isTooLong(frame, device, route, destination, fragment)) return "tunnel-too-big";
    this.reportErrors(frame, device);
    const outer = this.outerFrame(frame, device);
    outer.source = source;
    outer.destination = destination;
    outer.tos = encapsulatedTos(tos, frame.tos);
    outer.fragment = fragment;
    outer.route = route;
    device.departs(frame);
    this.ip.output(outer);
    return null;
  }

  /** Headers from the inside out; addresses, TOS and route are the caller's. */
  private outerFrame(inner: Frame, device: TunnelDevice): Frame {
    const { context } = this;
    const { ttl, outputFlags, outputKey, encapsulation } = device.parameters;
    const outer = new Frame(context.engine.newFrameId());
    outer.parentId = inner.id;
    outer.origin = FrameOrigin.encapsulated;
    outer.inner = inner;
    outer.ttl = ttl === 0 ? inner.ttl : ttl;
    outer.identification = context.identifications.next();
    outer.length = IPV4_HEADER_LENGTH + inner.length;
    outer.mark = inner.mark;
    // POST_ROUTING sees the tunnel as the device by which it came
    outer.inputInterface = device.index;
    if (device.kind === "gre") {
      outer.protocol = IpProtocol.gre;
      outer.payload = greHeader(outputFlags, outputKey, device.outputSequence);
      outer.payloadLength = outer.payload.length;
      outer.length += outer.payloadLength;
      if ((outputFlags & GreFlag.sequence) !== 0)
        device.outputSequence = (device.outputSequence + 1) | 0;
    } else outer.protocol = IpProtocol.ipip;
    if (encapsulation !== null) outer.length += wrapInUdp(outer, encapsulation);
    return outer;
  }

  /**
   * `tnl_update_pmtu`: what the tunnel's way can carry is learnt for the destination inside, and a packet that may
   * not be cut and does not fit is sent back.
   */
  private isTooLong(
    frame: Frame,
    device: TunnelDevice,
    route: Route,
    destination: Ipv4Address,
    fragment: number,
  ): boolean {
    const { context, ip } = this;
    const inside = frame.route as Route | null;
    const before = inside === null ? device.mtu : ip.mtuOf(inside, frame.destination);
    const mayNotBeCut = (fragment & FragmentField.dontFragment) !== 0;
    const mtu = mayNotBeCut
      ? ip.mtuOf(route, destination) - IPV4_HEADER_LENGTH - device.headerLength
      : before;
    if (inside !== null && mtu < before)
      context.paths.learnMtu(frame.destination, mtu, context.engine.now);
    if ((frame.fragment & FragmentField.dontFragment) === 0 || frame.length <= mtu) return false;
    const code = UnreachableCode.fragmentationNeeded;
    context.sendIcmpError(frame, IcmpType.destinationUnreachable, code, mtu);
    return true;
  }

  /** Errors that came back for earlier packets are told to the senders of the next ones. */
  private reportErrors(frame: Frame, device: TunnelDevice): void {
    if (device.errorCount === 0) return;
    const { context } = this;
    if (context.engine.now >= device.errorAt + TUNNEL_ERROR_LIFETIME) {
      device.errorCount = 0;
      return;
    }
    device.errorCount--;
    context.sendIcmpError(frame, IcmpType.destinationUnreachable, UnreachableCode.host, 0);
  }
}

/**
 * Without a fixed other end an IPIP device sends to the next hop. A GRE device takes the neighbour's link address, and
 * where nobody configured one that is the device's own.
 */
function farEnd(frame: Frame, { kind, parameters }: TunnelDevice): Ipv4Address {
  if (kind === "gre") return parameters.local;
  if (frame.nextHop !== 0) return frame.nextHop;
  const route = frame.route as Route | null;
  if (route === null) return 0 as Ipv4Address;
  return route.gateway === 0 ? frame.destination : route.gateway;
}

function outerFragment(frame: Frame, { pathMtuDiscovery, ignoreDf }: TunnelParameters): number {
  if (pathMtuDiscovery) return FragmentField.dontFragment;
  return ignoreDf ? 0 : frame.fragment & FragmentField.dontFragment;
}
