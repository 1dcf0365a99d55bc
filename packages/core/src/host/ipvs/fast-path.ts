/**
 * The fast path of a director: packets of masqueraded TCP and UDP connections whose way through this host is known.
 *
 * A packet that went the whole way leaves behind what was decided for it: the connection, the server, the route, the
 * neighbour. Further packets of its flow get by with a look at what may change from packet to packet: the packet itself, the
 * neighbour's state, whether the server is still there. Everything else changes by configuration, which raises the
 * generation, or with connections that come and go, and then `forget` is told. While anybody but IPVS watches packets at a
 * hook (rules, connection tracking, a trace) there is no fast path.
 *
 * What it does must be what the whole way does, in its order: test/determinism plays labs with and without it.
 */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import { type Ipv4Address, isLoopbackAddress } from "../../packet/ipv4-address.ts";
import { TcpFlag } from "../../packet/protocol.ts";
import type { Engine } from "../../time/engine.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { FastPath } from "../ip/fast-path.ts";
import type { IpCounters } from "../ip/ip-counters.ts";
import { isPlain } from "../ip/known-way.ts";
import { RouteType } from "../route/config.ts";
import type { Route } from "../route/route.ts";
import { type Connection, ConnectionFlag } from "./connection.ts";
import type { ConnectionRows } from "./connection-rows.ts";
import type { IpvsContext } from "./context.ts";
import type { Destination } from "./destination.ts";
import type { FlowMemory } from "./flow-memory.ts";
import type { IpvsHooks } from "./hooks.ts";
import type { FastPathHost } from "./host.ts";
import { FORGOTTEN, MasqueradedFlow } from "./masqueraded-flow.ts";
import { Method } from "./method.ts";
import { Direction } from "./protocol/protocol.ts";

/** Places for flows; one that falls onto another's takes it. */
const PLACES = 256;

const placeOf = (source: number, destination: number, ports: number): number => {
  const mixed = Math.imul(source ^ Math.imul(destination, 0x85ebca6b) ^ ports, 0x9e3779b1);
  return mixed >>> 24;
};

export class MasqueradingFastPath implements FastPath, FlowMemory {
  private readonly context: IpvsContext;
  private readonly host: FastPathHost;
  private readonly hooks: IpvsHooks;
  private readonly engine: Engine;
  private readonly rows: ConnectionRows;
  private readonly counters: IpCounters;
  /** Made for the first flow. */
  private flows: (MasqueradedFlow | null)[] | null = null;

  constructor(context: IpvsContext, host: FastPathHost, hooks: IpvsHooks) {
    this.context = context;
    this.host = host;
    this.hooks = hooks;
    this.engine = context.host.engine;
    this.rows = context.rows;
    this.counters = host.counters;
  }

  take(frame: Frame, from: HostDevice): boolean {
    const { flows } = this;
    if (flows === null) return false;
    const { source, destination, sourcePort, destinationPort } = frame;
    const place = placeOf(source, destination, (sourcePort << 16) | destinationPort);
    const flow = flows[place] as MasqueradedFlow | null;
    if (flow === null || !flow.isOf(frame, from) || !this.knows(flow, frame)) return false;
    this.counters.InReceives++;
    frame.enterHost(from.index);
    frame.ipvsProperty = true;
    frame.route = flow.route;
    frame.ttl--;
    if (flow.fromClient === true) this.passRequest(flow, frame);
    else this.passAnswer(flow, frame);
    return true;
  }

  /** Whether there is nothing about the packet, or new about its way, that needs a decision. */
  private knows(flow: MasqueradedFlow, frame: Frame): boolean {
    return (
      flow.generation === this.host.generation.value &&
      frame.length <= flow.mtu &&
      frame.ttl > 1 &&
      (frame.tcpFlags & TcpFlag.syn) === 0 &&
      flow.neighbour.ready === true &&
      isPlain(frame)
    );
  }

  private passRequest(flow: MasqueradedFlow, frame: Frame): void {
    const { connection } = flow;
    this.context.estimator.countIn(flow.server, frame.length);
    frame.destination = flow.newAddress;
    frame.destinationPort = flow.newPort;
    this.counters.OutRequests++;
    if (flow.protocol.leaves(connection, Direction.input, frame) === false)
      return this.passDecisiveRequest(flow, frame);
    this.rows.refresh(connection, this.engine.now);
    this.rows.countInPacket(connection);
    this.host.neighbours.sendTo(flow.neighbour, frame, flow.out);
  }

  private passAnswer(flow: MasqueradedFlow, frame: Frame): void {
    const { connection } = flow;
    this.counters.ForwDatagrams++;
    frame.source = flow.newAddress;
    frame.sourcePort = flow.newPort;
    this.context.estimator.countOut(flow.server, frame.length);
    if (flow.protocol.leaves(connection, Direction.output, frame) === true)
      this.rows.refresh(connection, this.engine.now);
    else this.advance(flow, frame);
    this.host.neighbours.sendTo(flow.neighbour, frame, flow.out);
  }

  /** A request that changes its connection's state. */
  private passDecisiveRequest(flow: MasqueradedFlow, frame: Frame): void {
    flow.protocol.advance(flow.connection, Direction.input, frame);
    this.host.neighbours.sendTo(flow.neighbour, frame, flow.out);
    this.context.connections.done(flow.connection, 1);
  }

  /** An answer changes its connection's state. */
  private advance(flow: MasqueradedFlow, frame: Frame): void {
    flow.protocol.advance(flow.connection, Direction.output, frame);
    this.context.connections.done(flow.connection, 0);
  }

  learnRequest(frame: Frame, connection: Connection, input: NetDevice | null): void {
    if (input === null || isLoopbackAddress(frame.source)) return;
    const { rows } = this.context;
    const server = rows.server(connection) as Destination;
    const flow = this.fill(
      rows.clientAddress(connection),
      rows.clientPort(connection),
      rows.virtualAddress(connection),
      rows.virtualPort(connection),
      frame,
      connection,
      server.address,
    );
    if (flow === null) return;
    flow.fromClient = true;
    flow.newAddress = server.address;
    flow.newPort = rows.serverPort(connection);
  }

  learnAnswer(frame: Frame, connection: Connection): void {
    const { rows } = this.context;
    const flow = this.fill(
      rows.serverAddress(connection),
      rows.serverPort(connection),
      frame.destination,
      frame.destinationPort,
      frame,
      connection,
      frame.destination,
    );
    if (flow === null) return;
    flow.fromClient = false;
    flow.newAddress = frame.source;
    flow.newPort = frame.sourcePort;
  }

  forget(connection: Connection): void {
    const { flows } = this;
    if (flows === null) return;
    const { rows } = this.context;
    const client = rows.clientAddress(connection);
    const clientPort = rows.clientPort(connection);
    const virtual = rows.virtualAddress(connection);
    const virtualPort = rows.virtualPort(connection);
    clear(flows, placeOf(client, virtual, (clientPort << 16) | virtualPort));
    const masqueraded = rows.method(connection) === Method.masquerading;
    const answers = masqueraded ? rows.serverAddress(connection) : virtual;
    const answersPort = masqueraded ? rows.serverPort(connection) : virtualPort;
    clear(flows, placeOf(answers, client, (answersPort << 16) | clientPort));
  }

  forgetAll(): void {
    this.flows = null;
  }

  /**
   * Puts down what requests and answers have in common; null when their packets have to go the whole way. The addresses are
   * those of the packet as it came in; `towards` is where it is sent now.
   */
  private fill(
    source: Ipv4Address,
    sourcePort: number,
    destination: Ipv4Address,
    destinationPort: number,
    frame: Frame,
    connection: Connection,
    towards: Ipv4Address,
  ): MasqueradedFlow | null {
    const { context, host } = this;
    const { rows } = context;
    const route = frame.route as Route;
    const from = host.deviceAt(frame.inputInterface);
    const out = host.deviceAt(route.device);
    const protocol = context.protocols.remembered(frame.protocol);
    const server = rows.server(connection);
    if (from === undefined || out === undefined || protocol === null || server === null)
      return null;
    // packets of one that is gone count nowhere
    if (server.available === false) return null;
    if (!this.isUsual(frame, connection, route, from, out)) return null;
    const neighbour = host.neighbours.find(out, route.gateway === 0 ? towards : route.gateway);
    if (neighbour === null || neighbour.ready === false) return null;
    const place = placeOf(source, destination, (sourcePort << 16) | destinationPort);
    this.flows ??= new Array<MasqueradedFlow | null>(PLACES).fill(null);
    let flow = this.flows[place] as MasqueradedFlow | null;
    if (flow === null) {
      flow = new MasqueradedFlow(from, protocol, server, route, out, neighbour);
      this.flows[place] = flow;
    }
    flow.source = source;
    flow.destination = destination;
    flow.sourcePort = sourcePort;
    flow.destinationPort = destinationPort;
    flow.from = from;
    flow.connection = connection;
    flow.protocol = protocol;
    flow.server = server;
    flow.route = route;
    flow.out = out;
    flow.neighbour = neighbour;
    flow.mtu = route.mtu !== 0 && route.mtu < out.mtu ? route.mtu : out.mtu;
    flow.generation = host.generation.value;
    return flow;
  }

  private isUsual(
    frame: Frame,
    connection: Connection,
    route: Route,
    from: HostDevice,
    out: HostDevice,
  ): boolean {
    const { rows } = this;
    return (
      this.context.sync === null &&
      rows.has(connection, ConnectionFlag.hashed) &&
      // of the synchronised
      !rows.has(connection, ConnectionFlag.noOutput) &&
      // requests from port 0 never find their connection, and templates have none
      rows.clientPort(connection) !== 0 &&
      route.type === RouteType.unicast &&
      route.group === null &&
      frame.nextHop === 0 &&
      // another type of service may go another way
      frame.tos === 0 &&
      // a packet that leaves where it came from may be worth a redirect
      out !== from &&
      from.internal === false &&
      this.host.knowsNoPaths &&
      this.hooks.alone
    );
  }
}

function clear(flows: readonly (MasqueradedFlow | null)[], place: number): void {
  const flow = flows[place] as MasqueradedFlow | null;
  if (flow !== null) flow.generation = FORGOTTEN;
}
