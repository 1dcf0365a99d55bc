/**
 * ICMP redirects that a router sends to a neighbour on the same link (`ip_rt_send_redirect`): at once, then with
 * doubling pauses, at most nine unheeded ones, anew after 20.48 s of silence.
 */
import type { Frame } from "../../packet/frame.ts";
import { type Ipv4Address, inPrefix } from "../../packet/ipv4-address.ts";
import { IcmpType } from "../../packet/protocol.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { Route } from "../route/route.ts";
import type { IpContext } from "./ip-context.ts";

/** ip_rt_redirect_load: HZ/50. */
const LOAD_NS = 20e6;
/** ip_rt_redirect_number. */
const UNHEEDED_MAX = 9;
/** ip_rt_redirect_silence: load << (number + 1). */
const SILENCE_NS = LOAD_NS * 2 ** (UNHEEDED_MAX + 1);
const HOST_REDIRECT = 1;
export class RedirectSender {
  private readonly context: IpContext;

  constructor(context: IpContext) {
    this.context = context;
  }

  /** `frame` goes out by the interface it came in by, and its sender is on that link. */
  consider(frame: Frame, route: Route, on: HostDevice): void {
    if (!on.conf.sendRedirects) return;
    const next = route.gateway === 0 ? frame.destination : route.gateway;
    if (!on.conf.sharedMedia && !sameSubnet(on, frame.source, next)) return;
    if (!this.due(frame.source)) return;
    this.context.sendIcmpError(frame, IcmpType.redirect, HOST_REDIRECT, next);
  }

  private due(source: Ipv4Address): boolean {
    const { engine, peers } = this.context;
    const { now } = engine;
    const peer = peers.of(source, now);
    if (now > peer.since + SILENCE_NS) {
      peer.tokens = 0;
      peer.redirects = 0;
    }
    if (peer.redirects >= UNHEEDED_MAX) {
      peer.since = now;
      return false;
    }
    if (peer.redirects > 0 && now <= peer.since + LOAD_NS * 2 ** peer.redirects) return false;
    peer.redirects++;
    peer.since = now;
    return true;
  }
}

const sameSubnet = (on: HostDevice, a: Ipv4Address, b: Ipv4Address): boolean =>
  on.addresses.some(
    (address) =>
      inPrefix(a, address.local, address.prefixLength) &&
      inPrefix(b, address.local, address.prefixLength),
  );
