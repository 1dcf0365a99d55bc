/**
 * What all forwarding methods share (`__ip_vs_get_out_rt`, ip_vs_xmit.c): the route to the server, remembered per
 * server while routing stays as it is; no crossing between local and other addresses where it is not allowed; then
 * TTL, then MTU; at the end the detachment from connection tracking and the way out.
 */
import type { Frame } from "../../../packet/frame.ts";
import { type Ipv4Address, isLoopbackAddress } from "../../../packet/ipv4-address.ts";
import { FragmentField, IcmpType, IpProtocol, UnreachableCode } from "../../../packet/protocol.ts";
import type { DropReason } from "../../../trace/drop-reason.ts";
import { Verdict } from "../../netfilter/hook.ts";
import { RouteType } from "../../route/config.ts";
import type { Route } from "../../route/route.ts";
import { type Connection, ConnectionFlag } from "../connection.ts";
import type { ConnectionRows } from "../connection-rows.ts";
import type { Destination } from "../destination.ts";
import type { FlowMemory } from "../flow-memory.ts";
import type { IpvsHost } from "../host.ts";
import { Method } from "../method.ts";

/** IP_VS_RT_MODE_*. */
export const RouteMode = {
  /** The server may be this host. */
  local: 1,
  /** The server may be another host. */
  nonLocal: 2,
  /** A packet that was not for this host may become one that is. */
  redirect: 4,
  /** The packet's TTL stays as it is. */
  keepTtl: 8,
} as const;

/** What `ForwardingPath.prepare` says. */
export const Preparation = { dropped: -1, remote: 0, local: 1 } as const;
export type Preparation = (typeof Preparation)[keyof typeof Preparation];

const NO_ADDRESS = 0 as Ipv4Address;
/** Below this a tunnel carries nothing (RFC 791's minimum). */
const TUNNEL_MTU_MIN = 68;

export class ForwardingPath {
  readonly host: IpvsHost;
  readonly rows: ConnectionRows;
  /** null where every packet goes the whole way. */
  memory: FlowMemory | null = null;

  constructor(host: IpvsHost, rows: ConnectionRows) {
    this.host = host;
    this.rows = rows;
  }

  /**
   * Readies `frame` for `address`: sets `frame.route` and takes one from its TTL, unless the server is this host.
   * A frame that was dropped has its reason in the trace and its ICMP error sent. `tunnelOverhead` is the length of the
   * headers to come, −1 without a tunnel; `related` marks an ICMP error, which no MTU stops.
   */
  prepare(
    frame: Frame,
    server: Destination | null,
    address: Ipv4Address,
    mode: number,
    tunnelOverhead: number,
    related: boolean,
    connection: Connection,
  ): Preparation {
    const route = server === null ? this.lookUp(address) : this.routeTo(server);
    if (route === null) {
      this.error(frame, IcmpType.destinationUnreachable, UnreachableCode.host, 0);
      return this.drop(frame, "ipvs-unreachable-server", connection);
    }
    const local = route.type === RouteType.local;
    if (this.crosses(frame, mode, local))
      return this.drop(frame, "ipvs-local-loopback-destination", connection);
    if (local) return Preparation.local;
    if ((mode & RouteMode.keepTtl) === 0) {
      if (frame.ttl <= 1) {
        this.error(frame, IcmpType.timeExceeded, 0, 0);
        return this.drop(frame, "ip-ttl-exceeded", connection);
      }
      frame.ttl--;
    }
    if (!this.fits(frame, route, address, tunnelOverhead, related))
      return this.drop(frame, "ip-too-big", connection);
    frame.route = route;
    return Preparation.remote;
  }

  /** Sends a prepared frame on its way through LOCAL_OUT (`ip_vs_nat_send_or_cont`, `ip_vs_send_or_cont`). */
  send(frame: Frame, connection: Connection): Verdict {
    frame.ipvsProperty = true;
    this.detach(frame, connection, true);
    this.noteForwarded(frame, connection);
    this.host.ip.output(frame);
    return Verdict.stolen;
  }

  /** Leaves the frame to this host's own sockets: it is the server. */
  deliver(frame: Frame, connection: Connection): Verdict {
    frame.ipvsProperty = true;
    this.detach(frame, connection, true);
    this.noteForwarded(frame, connection);
    return Verdict.accept;
  }

  /**
   * Connection tracking lets go of the frame, or with vs.conntrack learns where answers come from
   * (`ip_vs_notrack`, `ip_vs_update_conntrack`).
   */
  detach(frame: Frame, connection: Connection, request: boolean): void {
    if (frame.conntrack === null) return;
    const { rows } = this;
    if (!rows.has(connection, ConnectionFlag.tracked)) {
      frame.conntrack = null;
      frame.untracked = true;
      return;
    }
    if (rows.method(connection) !== Method.masquerading) return;
    if (rows.has(connection, ConnectionFlag.onePacket)) return;
    const { conntrack } = this.host;
    if (conntrack === null) return;
    if (request)
      conntrack.expectReplyFrom(frame, rows.serverAddress(connection), rows.serverPort(connection));
    else
      conntrack.expectReplyTo(frame, rows.virtualAddress(connection), rows.virtualPort(connection));
  }

  /** A packet is about to go into a tunnel, where nobody sees it any more; false when tracking drops it. */
  confirm(frame: Frame, connection: Connection): boolean {
    if (frame.conntrack === null || !this.rows.has(connection, ConnectionFlag.tracked)) return true;
    if (this.host.conntrack?.confirm(frame) !== false) return true;
    this.drop(frame, "netfilter-drop", connection);
    return false;
  }

  drop(frame: Frame, reason: DropReason, connection: Connection): typeof Preparation.dropped {
    const { trace, engine, place } = this.host;
    if (trace !== null)
      trace.dropped(engine.now, place, frame, reason, this.rows.nameOf(connection));
    return Preparation.dropped;
  }

  /** The source address of tunnel packets to `server`, which has a route. */
  tunnelSourceTo(server: Destination): Ipv4Address {
    if (server.tunnelSource === NO_ADDRESS && server.route !== null)
      server.tunnelSource = this.host.ip.sourceFor(server.route, server.address);
    return server.tunnelSource;
  }

  private routeTo(server: Destination): Route | null {
    const { routingGeneration } = this.host;
    if (server.route === null || server.routeGeneration !== routingGeneration) {
      server.route = this.lookUp(server.address);
      server.routeGeneration = routingGeneration;
      server.tunnelSource = NO_ADDRESS;
    }
    return server.route;
  }

  private lookUp(address: Ipv4Address): Route | null {
    // a server with an IPv6 address: no host has a route there
    if (address === NO_ADDRESS) return null;
    const route = this.host.ip.routeOutput(address, NO_ADDRESS, 0, 0, 0);
    return typeof route === "number" ? null : route;
  }

  private crosses(frame: Frame, mode: number, local: boolean): boolean {
    if (!local) return (mode & RouteMode.nonLocal) === 0 || isLoopbackAddress(frame.source);
    if ((mode & RouteMode.local) === 0) return true;
    const old = frame.route as Route | null;
    return (mode & RouteMode.redirect) === 0 && old !== null && old.type !== RouteType.local;
  }

  private fits(
    frame: Frame,
    route: Route,
    address: Ipv4Address,
    tunnelOverhead: number,
    related: boolean,
  ): boolean {
    let mtu = this.host.ip.mtuOf(route, address);
    if (tunnelOverhead >= 0) {
      mtu -= tunnelOverhead;
      if (mtu < TUNNEL_MTU_MIN) return false;
      if (this.host.sysctls.pmtu_disc === 0) return true;
    }
    if (frame.length <= mtu || related) return true;
    if ((frame.fragment & FragmentField.dontFragment) === 0) return true;
    this.error(frame, IcmpType.destinationUnreachable, UnreachableCode.fragmentationNeeded, mtu);
    return false;
  }

  private error(frame: Frame, type: number, code: number, rest: number): void {
    this.host.ip.sendIcmpError(frame, type, code, rest);
  }

  /** Tells the trace that the frame goes on. */
  noteForwarded(frame: Frame, connection: Connection): void {
    const { trace, engine, place } = this.host;
    if (trace === null) return;
    const { rows } = this;
    const method = rows.method(connection);
    const serverAddress = rows.serverAddress(connection);
    const name = rows.nameOf(connection);
    const port = frame.protocol === IpProtocol.icmp ? 0 : frame.destinationPort;
    trace.note("forwarded", engine.now, place, frame, name, method, serverAddress, port);
  }
}
