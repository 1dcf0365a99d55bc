/**
 * ICMP errors towards servers (`ip_vs_in_icmp`): a client or a router beyond says something about a packet that a
 * server sent; or a router between here and a server about one of our tunnel packets, which is then told to the
 * client. Only types 3, 4 and 11 are looked at: a ping of the VIP is answered by this host.
 */
import type { NetDevice } from "../../link/net-device.ts";
import { copyFrame } from "../../packet/copy-frame.ts";
import { ChecksumFault, type Frame } from "../../packet/frame.ts";
import { isLoopbackAddress } from "../../packet/ipv4-address.ts";
import { FragmentField, IcmpType, IpProtocol, UnreachableCode } from "../../packet/protocol.ts";
import { HookPoint, Verdict } from "../netfilter/hook.ts";
import { RouteType } from "../route/config.ts";
import type { Route } from "../route/route.ts";
import type { Admission } from "./admission.ts";
import { type Connection, NO_CONNECTION } from "./connection.ts";
import type { IpvsContext } from "./context.ts";
import type { Destination } from "./destination.ts";
import { Preparation, RouteMode } from "./forwarding/forwarding-path.ts";
import { tunnelOverhead } from "./forwarding/tunnel-header.ts";
import type { LocalBinding } from "./local-binding.ts";
import { Method } from "./method.ts";
import { isIpsec, keyExchangeOf } from "./protocol/ipsec.ts";

/** Octets of an IPv4 header without options and of an ICMP header. */
const ERROR_HEADERS = 28;
/** What a tunnel must be able to carry (RFC 791's minimum) for its headers to be taken off a path MTU. */
const TUNNEL_MTU_MIN = 68;

/** Whether the packet is an ICMP error of a kind that IPVS relates to connections. */
export const isConnectionError = (frame: Frame): boolean =>
  frame.icmpType === IcmpType.destinationUnreachable ||
  frame.icmpType === IcmpType.sourceQuench ||
  frame.icmpType === IcmpType.timeExceeded;

const isLaterFragment = (frame: Frame): boolean =>
  (frame.fragment & FragmentField.offsetMask) !== 0;

export class IcmpRequests {
  private readonly context: IpvsContext;
  private readonly admission: Admission;

  constructor(context: IpvsContext, admission: Admission) {
    this.context = context;
    this.admission = admission;
  }

  run(frame: Frame, input: NetDevice | null, point: HookPoint): Verdict {
    if (!isConnectionError(frame)) return Verdict.accept;
    const quoted = frame.inner;
    if (quoted === null || isLaterFragment(quoted)) return Verdict.accept;
    const server = this.tunnelServer(frame, quoted);
    if (server !== null) return this.aboutTunnel(frame, quoted, server);
    const { protocols, connections, host } = this.context;
    const protocol = protocols.withNumber(quoted.protocol);
    if (protocol === null) return Verdict.accept;
    let found = connections.table.findRequest(
      quoted.protocol,
      quoted.destination,
      quoted.destinationPort,
      quoted.source,
      quoted.sourcePort,
    );
    if (found === NO_CONNECTION && isIpsec(quoted.protocol))
      found = keyExchangeOf(connections.table, quoted.destination, quoted.source);
    if (found !== NO_CONNECTION) return this.pass(frame, quoted, found, input, point);
    const binding = connections.localPorts.find(
      quoted.protocol,
      quoted.destination,
      quoted.destinationPort,
      quoted.source,
      quoted.sourcePort,
    );
    if (binding !== null) return this.passToClient(frame, quoted, binding);
    if (host.sysctls.schedule_icmp === 0 || isIpsec(quoted.protocol)) return Verdict.accept;
    const made = this.admission.admitQuoted(frame, quoted, protocol, input);
    if (made === NO_CONNECTION) return this.admission.verdict;
    const verdict = this.pass(frame, quoted, made, input, point);
    connections.done(made, 0);
    return verdict;
  }

  /** Passes an error about a request under a local address on to the client. */
  private passToClient(frame: Frame, quoted: Frame, binding: LocalBinding): Verdict {
    const { forwarders, rows, estimator } = this.context;
    estimator.countOut(rows.server(binding.connection), frame.length);
    return forwarders.fullNat?.errorToClient(frame, quoted, binding) ?? Verdict.accept;
  }

  /** Passes the error on to the connection's server (`ip_vs_icmp_xmit`). */
  private pass(
    frame: Frame,
    quoted: Frame,
    connection: Connection,
    input: NetDevice | null,
    point: HookPoint,
  ): Verdict {
    if ((frame.checksumFaults & ChecksumFault.transport) !== 0)
      return this.context.dropFor(frame, "icmp-checksum", connection);
    const { forwarders, rows, estimator } = this.context;
    const server = rows.server(connection);
    const method = rows.method(connection);
    estimator.countIn(server, frame.length);
    if (method !== Method.masquerading) {
      if (method === Method.fullNat)
        return forwarders.fullNat?.errorToServer(frame, quoted, connection) ?? Verdict.accept;
      rows.countInPacket(connection);
      return forwarders.of(method).forward(frame, connection, input, true);
    }
    const { path } = forwarders;
    const serverAddress = rows.serverAddress(connection);
    const here = point === HookPoint.forward ? 0 : RouteMode.local | RouteMode.redirect;
    const mode = RouteMode.nonLocal | here;
    const outcome = path.prepare(frame, server, serverAddress, mode, -1, true, connection);
    if (outcome === Preparation.dropped) return Verdict.stolen;
    const local = outcome === Preparation.local;
    if (local && isLoopbackAddress(serverAddress) && input !== null)
      return this.context.dropFor(frame, "ipvs-local-loopback-destination", connection);
    const translated = copyFrame(quoted, quoted.id);
    translated.source = serverAddress;
    translated.sourcePort = rows.serverPort(connection);
    frame.inner = translated;
    frame.destination = serverAddress;
    return local ? path.deliver(frame, connection) : path.send(frame, connection);
  }

  /** The server to which our tunnel packet went that the error quotes; null when it quotes none. */
  private tunnelServer(frame: Frame, quoted: Frame): Destination | null {
    if (quoted.inner === null || (frame.route as Route | null)?.type !== RouteType.local)
      return null;
    for (const service of this.context.services.services)
      for (const server of service.destinations)
        if (server.address === quoted.destination && carries(server, quoted)) return server;
    return null;
  }

  /** An error about a tunnel packet becomes an error about the request inside, for the client, from the VIP. */
  private aboutTunnel(frame: Frame, outer: Frame, server: Destination): Verdict {
    const { protocols, connections, rows, host, estimator } = this.context;
    const request = outer.inner as Frame;
    const protocol = protocols.withNumber(request.protocol);
    if (protocol === null || isLaterFragment(request)) return Verdict.accept;
    let connection = connections.table.findRequest(
      request.protocol,
      request.source,
      request.sourcePort,
      request.destination,
      request.destinationPort,
    );
    if (connection === NO_CONNECTION && isIpsec(request.protocol))
      connection = keyExchangeOf(connections.table, request.source, request.destination);
    if (connection === NO_CONNECTION) return Verdict.accept;
    if ((frame.checksumFaults & ChecksumFault.transport) !== 0)
      return this.context.dropFor(frame, "icmp-checksum", connection);
    const { trace, engine, place, ip } = host;
    if (trace !== null) trace.delivered(engine.now, place, frame);
    const { icmpType, icmpCode } = frame;
    const overhead = tunnelOverhead(server.config.tunnel);
    let rest = frame.icmpRest;
    if (
      icmpType === IcmpType.destinationUnreachable &&
      icmpCode === UnreachableCode.fragmentationNeeded
    ) {
      const said = rest & 0xffff;
      // the client hears what the remembered route says, which does not know of this error yet
      const { route, address } = server;
      const mtu = route === null ? said : ip.mtuOf(route, address);
      host.learnPathMtu(outer.destination, said);
      if ((request.fragment & FragmentField.dontFragment) === 0) return Verdict.stolen;
      rest = mtu > TUNNEL_MTU_MIN + overhead ? mtu - overhead : mtu;
    }
    const cause = copyFrame(request, request.id);
    cause.route = frame.route;
    cause.inputInterface = frame.inputInterface;
    ip.sendIcmpError(cause, icmpType, icmpCode, rest);
    const stripped = ERROR_HEADERS + overhead;
    estimator.countOut(rows.server(connection), Math.max(0, frame.length - stripped));
    return Verdict.stolen;
  }
}

/** Whether `packet` could be one of our tunnel packets to `server`. */
function carries(server: Destination, packet: Frame): boolean {
  if (server.method !== Method.tunnelling) return false;
  switch (server.config.tunnel.type) {
    case "ipip":
      return packet.protocol === IpProtocol.ipip;
    case "gre":
      return packet.protocol === IpProtocol.gre;
    case "gue":
      return (
        packet.protocol === IpProtocol.udp && packet.destinationPort === server.config.tunnel.port
      );
  }
}
