/**
 * ICMP redirects that a router sends to a neighbour on the same link (`ip_rt_send_redirect`): at once, then with
 * doubling pauses, at most nine unheeded ones, anew after 20.48 s of silence.
 */
import type { Frame } from "../../packet/frame.ts";
import { type Ipv4Address, inPrefix } from "../../packet/ipv4-address.ts";
import { IcmpType } from "../../packet/protocol.ts";
import type { Instant } from "../../time/instant.ts";
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
const PEERS_MAX = 4096;

interface Peer {
  sent: number;
  last: Instant;
}

export class RedirectSender {
  private readonly context: IpContext;
  private peers: Map<Ipv4Address, Peer> | null = null;

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
    const { now } = this.context.engine;
    this.peers ??= new Map();
    let peer = this.peers.get(source);
    if (peer === undefined) {
      if (this.peers.size >= PEERS_MAX) this.peers.clear();
      peer = { sent: 0, last: now };
      this.peers.set(source, peer);
    } else if (now > peer.last + SILENCE_NS) peer.sent = 0;
    if (peer.sent >= UNHEEDED_MAX) {
      peer.last = now;
      return false;
    }
    if (peer.sent > 0 && now <= peer.last + LOAD_NS * 2 ** peer.sent) return false;
    peer.sent++;
    peer.last = now;
    return true;
  }
}

const sameSubnet = (on: HostDevice, a: Ipv4Address, b: Ipv4Address): boolean =>
  on.addresses.some(
    (address) =>
      inPrefix(a, address.local, address.prefixLength) &&
      inPrefix(b, address.local, address.prefixLength),
  );
