/**
 * Tunnelling (`-i`, `ip_vs_tunnel_xmit`): the packet, its TTL one less, goes whole into a packet to the server. The
 * outer header takes TTL and DSCP from the inner one, and DF too unless vs.pmtu_disc is 0.
 */
import type { NetDevice } from "../../../link/net-device.ts";
import { Frame, FrameOrigin } from "../../../packet/frame.ts";
import { FragmentField } from "../../../packet/protocol.ts";
import { Verdict } from "../../netfilter/hook.ts";
import type { Connection } from "../connection.ts";
import type { Destination } from "../destination.ts";
import type { Forwarder } from "./forwarder.ts";
import { type ForwardingPath, Preparation, RouteMode } from "./forwarding-path.ts";
import { tunnelOverhead, writeTunnelHeader } from "./tunnel-header.ts";

const MODE = RouteMode.local | RouteMode.nonLocal;

/** ECN bits of the TOS field (RFC 3168). */
const Ecn = { mask: 3, ect0: 2, congestionExperienced: 3 } as const;

/** The outer TOS field: the inner one, but a mark of congestion becomes "capable" (RFC 3168 §9.1.1). */
const outerTos = (tos: number): number =>
  (tos & Ecn.mask) === Ecn.congestionExperienced ? (tos & ~Ecn.mask) | Ecn.ect0 : tos;

export class Tunnelling implements Forwarder {
  private readonly path: ForwardingPath;

  constructor(path: ForwardingPath) {
    this.path = path;
  }

  forward(
    frame: Frame,
    connection: Connection,
    _input: NetDevice | null,
    related: boolean,
  ): Verdict {
    const server = this.path.rows.server(connection) as Destination;
    const overhead = tunnelOverhead(server.config.tunnel);
    const outcome = this.path.prepare(
      frame,
      server,
      server.address,
      MODE,
      overhead,
      related,
      connection,
    );
    if (outcome === Preparation.dropped) return Verdict.stolen;
    if (outcome === Preparation.local) return this.path.deliver(frame, connection);
    if (!this.path.confirm(frame, connection)) return Verdict.stolen;
    this.path.send(this.encapsulate(frame, server, overhead), connection);
    return Verdict.stolen;
  }

  private encapsulate(inner: Frame, server: Destination, overhead: number): Frame {
    const { host } = this.path;
    const outer = new Frame(host.engine.newFrameId());
    outer.parentId = inner.id;
    outer.origin = FrameOrigin.encapsulated;
    outer.inner = inner;
    outer.source = this.path.tunnelSourceTo(server);
    outer.destination = server.address;
    outer.ttl = inner.ttl;
    outer.tos = outerTos(inner.tos);
    if (host.sysctls.pmtu_disc !== 0) outer.fragment = inner.fragment & FragmentField.dontFragment;
    outer.identification = host.ip.nextIdentification(server.address);
    outer.length = inner.length + overhead;
    outer.route = inner.route;
    outer.mark = inner.mark;
    // it is still the packet that came in: POST_ROUTING sees its device
    outer.inputInterface = inner.inputInterface;
    writeTunnelHeader(outer, inner, server.config.tunnel);
    return outer;
  }
}
