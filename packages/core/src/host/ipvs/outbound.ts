/**
 * The *out* hook (`ip_vs_out_hook`): answers of servers, at FORWARD, at LOCAL_OUT for servers on this host, and at
 * LOCAL_IN for clients on it. Left out: putting together fragments that raw sockets of this host send.
 */
import { copyFrame } from "../../packet/copy-frame.ts";
import { ChecksumFault, type Frame } from "../../packet/frame.ts";
import {
  FragmentField,
  IcmpType,
  IpProtocol,
  TcpFlag,
  UnreachableCode,
} from "../../packet/protocol.ts";
import { firstChunk, mendChecksum, SctpChunk } from "../../packet/sctp.ts";
import { HookPoint, HookPriority, Verdict } from "../netfilter/hook.ts";
import { RouteType } from "../route/config.ts";
import type { Route } from "../route/route.ts";
import { type Connection, ConnectionFlag, NO_CONNECTION } from "./connection.ts";
import type { IpvsContext } from "./context.ts";
import { isConnectionError } from "./icmp-requests.ts";
import { Method } from "./method.ts";
import { answeredKeyExchange, isIpsec } from "./protocol/ipsec.ts";
import { Direction, type Protocol } from "./protocol/protocol.ts";
import type { SynProxy } from "./synproxy/syn-proxy.ts";

const FRAGMENT_BITS = FragmentField.offsetMask | FragmentField.moreFragments;

export class Outbound {
  private readonly context: IpvsContext;
  /** null on a mainline kernel. */
  private readonly synProxy: SynProxy | null;

  constructor(context: IpvsContext, synProxy: SynProxy | null) {
    this.context = context;
    this.synProxy = synProxy;
  }

  run(frame: Frame, point: HookPoint): Verdict {
    if (frame.ipvsProperty === true) return Verdict.accept;
    if (frame.protocol === IpProtocol.icmp) return this.runIcmp(frame, point);
    const { context } = this;
    const protocol = context.protocols.withNumber(frame.protocol);
    if (protocol === null) return Verdict.accept;
    if ((frame.fragment & FRAGMENT_BITS) !== 0 && !isIpsec(frame.protocol))
      return this.runFragment(frame, point);
    let connection = context.connections.table.findAnswer(
      frame.protocol,
      frame.source,
      frame.sourcePort,
      frame.destination,
      frame.destinationPort,
    );
    if (connection === NO_CONNECTION && isIpsec(frame.protocol))
      connection = answeredKeyExchange(context.connections.table, frame.source, frame.destination);
    if (connection !== NO_CONNECTION) return this.pass(frame, connection, protocol, point);
    if (context.host.sysctls.nat_icmp_send !== 0 && this.isStrayAnswer(frame)) {
      const { destinationUnreachable } = IcmpType;
      context.host.ip.sendIcmpError(frame, destinationUnreachable, UnreachableCode.port, 0);
      return context.drop(frame, "ipvs-no-destination", null);
    }
    return Verdict.accept;
  }

  /** What passes in parts is put together first (`ip_vs_gather_frags`). */
  private runFragment(fragment: Frame, point: HookPoint): Verdict {
    if (point !== HookPoint.forward) return Verdict.accept;
    const { fragments } = this.context.host;
    const whole = fragments.reassembleForwarded(fragment);
    if (whole !== null && this.run(whole, point) === Verdict.accept)
      fragments.resumeForward(whole, HookPriority.natSource);
    return Verdict.stolen;
  }

  private pass(
    frame: Frame,
    connection: Connection,
    protocol: Protocol,
    point: HookPoint,
  ): Verdict {
    const { context } = this;
    const { rows } = context;
    if (this.synProxy !== null && rows.has(connection, ConnectionFlag.synProxied)) {
      const ends = this.synProxy.translateAnswer(frame, connection, protocol) === Verdict.stolen;
      if (ends) context.estimator.countOut(rows.server(connection), frame.length);
      if (ends) return Verdict.stolen;
    }
    if (rows.method(connection) === Method.masquerading) {
      frame.source = rows.virtualAddress(connection);
      const port = rows.virtualPort(connection);
      if (frame.checksumFaults !== 0 && port !== frame.sourcePort) mendChecksum(frame);
      frame.sourcePort = port;
      const { route } = frame;
      if (!this.reroute(frame, point)) return context.dropFor(frame, "ip-no-route", connection);
      const { memory } = context.forwarders.path;
      // the route by which it came here had a say too: its MTU, and a redirect if it leads back
      if (memory !== null && point === HookPoint.forward && frame.route === route)
        memory.learnAnswer(frame, connection);
    }
    context.estimator.countOut(rows.server(connection), frame.length);
    context.advance(connection, protocol, Direction.output, frame);
    frame.ipvsProperty = true;
    context.forwarders.path.detach(frame, connection, false);
    context.connections.done(connection, 0);
    return Verdict.accept;
  }

  /** An ICMP error of a server, or of a router before it, about a packet to the server (`ip_vs_out_icmp`). */
  private runIcmp(frame: Frame, point: HookPoint): Verdict {
    if (!isConnectionError(frame)) return Verdict.accept;
    const quoted = frame.inner;
    const { context } = this;
    if (quoted === null || context.protocols.withNumber(quoted.protocol) === null)
      return Verdict.accept;
    if ((quoted.fragment & FragmentField.offsetMask) !== 0) return Verdict.accept;
    const { table } = context.connections;
    let connection = table.findAnswer(
      quoted.protocol,
      quoted.destination,
      quoted.destinationPort,
      quoted.source,
      quoted.sourcePort,
    );
    if (connection === NO_CONNECTION && isIpsec(quoted.protocol))
      connection = answeredKeyExchange(table, quoted.destination, quoted.source);
    if (connection === NO_CONNECTION) return Verdict.accept;
    const { rows } = context;
    if (rows.method(connection) === Method.masquerading) {
      if ((frame.checksumFaults & ChecksumFault.transport) !== 0)
        return context.dropFor(frame, "icmp-checksum", connection);
      const translated = copyFrame(quoted, quoted.id);
      translated.destination = rows.virtualAddress(connection);
      translated.destinationPort = rows.virtualPort(connection);
      frame.inner = translated;
      frame.source = rows.virtualAddress(connection);
      if (!this.reroute(frame, point)) return context.dropFor(frame, "ip-no-route", connection);
    }
    context.estimator.countOut(rows.server(connection), frame.length);
    frame.ipvsProperty = true;
    context.forwarders.path.detach(frame, connection, false);
    return Verdict.accept;
  }

  /** Finds the route of a translated answer as of a packet of our own (`ip_vs_route_me_harder`). */
  private reroute(frame: Frame, point: HookPoint): boolean {
    if (point === HookPoint.localIn) return true;
    const { ip, sysctls } = this.context.host;
    if (sysctls.snat_reroute === 0 || (frame.route as Route).type === RouteType.local) return true;
    return ip.reroute(frame);
  }

  /** Whether a masqueraded server's port speaks without a connection; a reset or abort is its right (vs.nat_icmp_send). */
  private isStrayAnswer(frame: Frame): boolean {
    if (frame.protocol === IpProtocol.tcp && (frame.tcpFlags & TcpFlag.rst) !== 0) return false;
    if (frame.protocol === IpProtocol.sctp && firstChunk(frame) === SctpChunk.abort) return false;
    if (isIpsec(frame.protocol)) return false;
    return this.context.services.services.some(
      (service) =>
        (service.mark !== 0 || service.protocol === frame.protocol) &&
        service.destinations.some(
          (server) =>
            server.method === Method.masquerading &&
            server.address === frame.source &&
            server.port === frame.sourcePort,
        ),
    );
  }
}
