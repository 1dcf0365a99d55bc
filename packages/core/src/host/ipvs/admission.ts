/**
 * What becomes of a packet without a connection (`ip_vs_try_to_schedule`, `ip_vs_schedule`, `ip_vs_leave`): left to
 * the local stack, scheduled to a server, answered with ICMP port unreachable, or dropped.
 */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import { IcmpType, UnreachableCode } from "../../packet/protocol.ts";
import { Verdict } from "../netfilter/hook.ts";
import { callIdOf } from "./call-id.ts";
import { type Connection, ConnectionFlag, NO_CONNECTION } from "./connection.ts";
import type { IpvsContext } from "./context.ts";
import { bindLocalAddress } from "./fullnat/local-ports.ts";
import { Method } from "./method.ts";
import { NewFlow } from "./new-flow.ts";
import { Persistence } from "./persistence.ts";
import { Candidate, Direction, type Protocol } from "./protocol/protocol.ts";
import { FTP_DATA_PORT, FTP_PORT } from "./service-table.ts";
import type { VirtualService } from "./virtual-service.ts";

export class Admission {
  /** What `admit` decided when it gave no connection. */
  verdict: Verdict = Verdict.accept;
  private readonly context: IpvsContext;
  private readonly persistence: Persistence;
  private readonly flow = new NewFlow();
  /** The persistence engine found nothing in the packet that came last to a persistent service. */
  private unreadable = false;

  constructor(context: IpvsContext) {
    this.context = context;
    this.persistence = new Persistence(context);
  }

  /** A new connection for a client's packet; `NO_CONNECTION`, with `verdict` set, when there is none. */
  admit(frame: Frame, protocol: Protocol, input: NetDevice | null): Connection {
    const candidate = protocol.candidate(frame, this.context.host.sysctls);
    if (candidate === Candidate.none) return this.leaveAlone();
    if (candidate === Candidate.cutShort) {
      this.verdict = this.context.drop(frame, "netfilter-drop", null);
      return NO_CONNECTION;
    }
    this.flow.ofRequest(frame);
    return this.admitFlow(frame, protocol, input);
  }

  /** The same for a segment that need not look like the first of a connection: it bears a cookie. */
  admitAnyway(frame: Frame, protocol: Protocol, input: NetDevice | null): Connection {
    this.flow.ofRequest(frame);
    return this.admitFlow(frame, protocol, input);
  }

  /** The same for the flow that an ICMP error quotes (vs.schedule_icmp). */
  admitQuoted(
    error: Frame,
    quoted: Frame,
    protocol: Protocol,
    input: NetDevice | null,
  ): Connection {
    this.flow.ofQuoted(quoted, error.mark);
    return this.admitFlow(error, protocol, input);
  }

  private admitFlow(frame: Frame, protocol: Protocol, input: NetDevice | null): Connection {
    const { flow, context } = this;
    const service = context.services.find(
      flow.mark,
      flow.protocol,
      flow.virtualAddress,
      flow.virtualPort,
    );
    if (service === null) return this.leaveAlone();
    if (context.defence.refuses()) {
      this.verdict = context.drop(frame, "ipvs-drop-rate", service);
      return NO_CONNECTION;
    }
    // FTP data connections from real servers are never scheduled
    if (flow.clientPort === FTP_DATA_PORT) return this.leaveAlone();
    if ((input === null || input.name === "lo") && this.isLocalAnswer()) return this.leaveAlone();
    const connection = service.persistent
      ? this.schedulePersistent(service, frame)
      : this.schedule(service);
    if (connection === NO_CONNECTION) {
      this.verdict = this.leave(service, frame, protocol, input);
      return NO_CONNECTION;
    }
    if (context.rows.method(connection) === Method.fullNat) {
      const { fullNat } = context.host;
      if (
        fullNat === null ||
        !bindLocalAddress(fullNat, context.connections, service, connection)
      ) {
        context.connections.discard(connection);
        fullNat?.warn("IPVS: bind local address: no port available");
        this.verdict = context.drop(frame, "ipvs-no-local-port", service);
        return NO_CONNECTION;
      }
    }
    this.scheduled(frame, service, connection);
    return connection;
  }

  private leaveAlone(): Connection {
    this.verdict = Verdict.accept;
    return NO_CONNECTION;
  }

  /** Whether a local server answers with this packet on a connection that exists. */
  private isLocalAnswer(): boolean {
    const { flow, context } = this;
    return (
      context.connections.table.findRequest(
        flow.protocol,
        flow.virtualAddress,
        flow.virtualPort,
        flow.clientAddress,
        flow.clientPort,
      ) !== NO_CONNECTION
    );
  }

  private schedulePersistent(service: VirtualService, frame: Frame): Connection {
    const engine = service.config.persistenceEngine !== "";
    const callId = engine ? callIdOf(frame) : null;
    this.unreadable = engine && callId === null;
    if (this.unreadable) return NO_CONNECTION;
    return this.persistence.schedule(service, this.flow, callId);
  }

  private schedule(service: VirtualService): Connection {
    const { flow } = this;
    if (service.mark === 0 && flow.virtualPort !== service.port) return NO_CONNECTION;
    const server = service.scheduler?.select(flow) ?? null;
    if (server === null) return NO_CONNECTION;
    return this.context.connections.create(
      flow.protocol,
      flow.clientAddress,
      flow.clientPort,
      flow.virtualAddress,
      flow.virtualPort,
      server,
      server.port !== 0 ? server.port : flow.virtualPort,
      service.schedulesEachPacket(flow.protocol) ? ConnectionFlag.onePacket : 0,
    );
  }

  private scheduled(frame: Frame, service: VirtualService, connection: Connection): void {
    const { host, rows, estimator } = this.context;
    const server = rows.server(connection);
    if (server !== null) estimator.countConnection(server, service);
    if (host.trace === null) return;
    const { now } = host.engine;
    host.trace.note(
      "scheduled",
      now,
      host.place,
      frame,
      service,
      rows.serverAddress(connection),
      rows.serverPort(connection),
      rows.method(connection),
    );
  }

  /** No server can take it. */
  private leave(
    service: VirtualService,
    frame: Frame,
    protocol: Protocol,
    input: NetDevice | null,
  ): Verdict {
    const { flow, context } = this;
    const { ip } = context.host;
    if (service.persistent && this.unreadable)
      return context.drop(frame, "ipvs-no-destination", service);
    if (this.mayBypass(service)) return this.bypass(service, frame, protocol, input);
    if (service.port === FTP_PORT && flow.virtualPort !== FTP_PORT) return Verdict.accept;
    if (!flow.byIcmp)
      ip.sendIcmpError(frame, IcmpType.destinationUnreachable, UnreachableCode.port, 0);
    return context.drop(frame, "ipvs-no-destination", service);
  }

  private mayBypass(service: VirtualService): boolean {
    const { host } = this.context;
    const { virtualAddress, byIcmp } = this.flow;
    return (
      host.sysctls.cache_bypass !== 0 &&
      service.mark !== 0 &&
      !byIcmp &&
      host.isUnicastOrLocal(virtualAddress) &&
      !host.ip.isLocalAddress(virtualAddress)
    );
  }

  private bypass(
    service: VirtualService,
    frame: Frame,
    protocol: Protocol,
    input: NetDevice | null,
  ): Verdict {
    const { flow, context } = this;
    const connection = context.connections.create(
      flow.protocol,
      flow.clientAddress,
      flow.clientPort,
      flow.virtualAddress,
      flow.virtualPort,
      null,
      0,
      service.schedulesEachPacket(flow.protocol) ? ConnectionFlag.onePacket : 0,
    );
    context.advance(connection, protocol, Direction.input, frame);
    const forwarder = context.forwarders.of(context.rows.method(connection));
    const verdict = forwarder.forward(frame, connection, input, false);
    context.connections.done(connection, 1);
    return verdict;
  }
}
