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
import type { Generation } from "../../base/generation.ts";
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
import type { FlowMemory } from "./flow-memory.ts";
import { FlowWay } from "./flow-way.ts";
import type { IpvsHooks } from "./hooks.ts";
import type { FastPathHost } from "./host.ts";
import { FORGOTTEN, MasqueradedFlow } from "./masqueraded-flow.ts";
import { Method } from "./method.ts";
import { Direction } from "./protocol/protocol.ts";

/** Places for flows, and for ways; one that falls onto another's takes it. */
const PLACES = 256;
const PLACE_SHIFT = 24;
const HASH_FACTOR = 0x9e3779b1;

const placeOf = (source: number, destination: number, ports: number): number =>
  Math.imul(source ^ Math.imul(destination, 0x85ebca6b) ^ ports, HASH_FACTOR) >>> PLACE_SHIFT;

const portsOf = (source: number, destination: number): number => (source << 16) | destination;

export class MasqueradingFastPath implements FastPath, FlowMemory {
  private readonly context: IpvsContext;
  private readonly host: FastPathHost;
  private readonly hooks: IpvsHooks;
  private readonly engine: Engine;
  private readonly rows: ConnectionRows;
  private readonly counters: IpCounters;
  private readonly generation: Generation;
  /** Made for the first flow. */
  private flows: (MasqueradedFlow | null)[] | null = null;
  private ways: (FlowWay | null)[] | null = null;

  constructor(context: IpvsContext, host: FastPathHost, hooks: IpvsHooks) {
    this.context = context;
    this.host = host;
    this.hooks = hooks;
    this.engine = context.host.engine;
    this.rows = context.rows;
    this.counters = host.counters;
    this.generation = host.generation;
  }

  take(frame: Frame, from: HostDevice): boolean {
    const { flows } = this;
    if (flows === null) return false;
    const ports = portsOf(frame.sourcePort, frame.destinationPort);
    const place = placeOf(frame.source, frame.destination, ports);
    const flow = flows[place] as MasqueradedFlow | null;
    if (flow === null || !flow.isOf(frame, ports, from) || !this.knows(flow.way, frame))
      return false;
    this.counters.InReceives++;
    frame.enterHost(from.index);
    frame.ipvsProperty = true;
    frame.route = flow.way.route;
    frame.ttl--;
    if (flow.fromClient === true) this.passRequest(flow, frame);
    else this.passAnswer(flow, frame);
    return true;
  }

  /** Whether there is nothing about the packet, or new about its way, that needs a decision. */
  private knows(way: FlowWay, frame: Frame): boolean {
    return (
      way.generation === this.generation.value &&
      frame.length <= way.mtu &&
      frame.ttl > 1 &&
      (frame.tcpFlags & TcpFlag.syn) === 0 &&
      way.neighbour.ready === true &&
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
    this.rows.refreshByRequest(connection, this.engine.now);
    this.send(frame, flow.way);
  }

  private passAnswer(flow: MasqueradedFlow, frame: Frame): void {
    const { connection } = flow;
    this.counters.ForwDatagrams++;
    frame.source = flow.newAddress;
    frame.sourcePort = flow.newPort;
    this.context.estimator.countOut(flow.server, frame.length);
    if (flow.protocol.leaves(connection, Direction.output, frame) === true)
      this.rows.refreshByAnswer(connection, this.engine.now);
    else this.advance(flow, frame);
    this.send(frame, flow.way);
  }

  /** A request that changes its connection's state. */
  private passDecisiveRequest(flow: MasqueradedFlow, frame: Frame): void {
    flow.protocol.advance(flow.connection, Direction.input, frame);
    this.send(frame, flow.way);
    this.context.connections.done(flow.connection, 1);
  }

  /** An answer changes its connection's state. */
  private advance(flow: MasqueradedFlow, frame: Frame): void {
    flow.protocol.advance(flow.connection, Direction.output, frame);
    this.context.connections.done(flow.connection, 0);
  }

  private send(frame: Frame, way: FlowWay): void {
    this.host.neighbours.sendTo(way.neighbour, frame, way.out);
  }

  learnRequest(frame: Frame, connection: Connection, input: NetDevice | null): void {
    if (input === null || isLoopbackAddress(frame.source)) return;
    const { rows } = this;
    const flow = this.flowFor(
      frame,
      connection,
      frame.source,
      rows.virtualAddress(connection),
      portsOf(frame.sourcePort, rows.virtualPort(connection)),
    );
    if (flow === null) return;
    flow.fromClient = true;
    flow.newAddress = frame.destination;
    flow.newPort = frame.destinationPort;
  }

  learnAnswer(frame: Frame, connection: Connection): void {
    const { rows } = this;
    const flow = this.flowFor(
      frame,
      connection,
      rows.serverAddress(connection),
      frame.destination,
      portsOf(rows.serverPort(connection), frame.destinationPort),
    );
    if (flow === null) return;
    flow.fromClient = false;
    flow.newAddress = frame.source;
    flow.newPort = frame.sourcePort;
  }

  forget(connection: Connection): void {
    const { flows } = this;
    if (flows === null) return;
    const { rows } = this;
    const client = rows.clientAddress(connection);
    const clientPort = rows.clientPort(connection);
    const virtual = rows.virtualAddress(connection);
    const virtualPort = rows.virtualPort(connection);
    clear(flows, placeOf(client, virtual, portsOf(clientPort, virtualPort)));
    const masqueraded = rows.method(connection) === Method.masquerading;
    const answers = masqueraded ? rows.serverAddress(connection) : virtual;
    const answersPort = masqueraded ? rows.serverPort(connection) : virtualPort;
    clear(flows, placeOf(answers, client, portsOf(answersPort, clientPort)));
  }

  forgetAll(): void {
    this.flows = null;
  }

  /**
   * Puts down what requests and answers have in common; null when their packets have to go the whole way. Addresses and
   * ports are those of the packet as it came in.
   */
  private flowFor(
    frame: Frame,
    connection: Connection,
    source: Ipv4Address,
    destination: Ipv4Address,
    ports: number,
  ): MasqueradedFlow | null {
    const { context } = this;
    const protocol = context.protocols.remembered(frame.protocol);
    const server = this.rows.server(connection);
    if (protocol === null || server === null || !this.isUsual(frame, connection)) return null;
    // packets of one that is gone count nowhere
    if (server.available === false || context.sync !== null) return null;
    const way = this.wayOf(frame);
    if (way === null) return null;
    const place = placeOf(source, destination, ports);
    this.flows ??= new Array<MasqueradedFlow | null>(PLACES).fill(null);
    let flow = this.flows[place] as MasqueradedFlow | null;
    if (flow === null) {
      flow = new MasqueradedFlow(protocol, server, way);
      this.flows[place] = flow;
    }
    flow.source = source;
    flow.destination = destination;
    flow.ports = ports;
    flow.protocolNumber = frame.protocol;
    flow.connection = connection;
    flow.protocol = protocol;
    flow.server = server;
    flow.way = way;
    return flow;
  }

  private isUsual(frame: Frame, connection: Connection): boolean {
    const { rows } = this;
    return (
      rows.has(connection, ConnectionFlag.hashed) &&
      // of the synchronised
      !rows.has(connection, ConnectionFlag.noOutput) &&
      // requests from port 0 never find their connection, and templates have none
      rows.clientPort(connection) !== 0 &&
      frame.nextHop === 0 &&
      // another type of service may go another way
      frame.tos === 0
    );
  }

  /** The way of a packet that has its route, and the addresses with which it goes out; null for one to be decided anew. */
  private wayOf(frame: Frame): FlowWay | null {
    const route = frame.route as Route;
    const nextHop = route.gateway === 0 ? frame.destination : route.gateway;
    const place = Math.imul(nextHop, HASH_FACTOR) >>> PLACE_SHIFT;
    this.ways ??= new Array<FlowWay | null>(PLACES).fill(null);
    const way = this.ways[place] as FlowWay | null;
    const known =
      way !== null &&
      way.nextHop === nextHop &&
      way.route === route &&
      way.fromIndex === frame.inputInterface &&
      way.generation === this.generation.value &&
      way.neighbour.ready === true;
    return known ? way : this.findWay(this.ways, place, route, nextHop, frame.inputInterface);
  }

  private findWay(
    ways: (FlowWay | null)[],
    place: number,
    route: Route,
    nextHop: Ipv4Address,
    input: number,
  ): FlowWay | null {
    const { host } = this;
    const from = host.deviceAt(input);
    const out = host.deviceAt(route.device);
    if (from === undefined || out === undefined || !this.isUsualWay(from, route, out)) return null;
    const neighbour = host.neighbours.find(out, nextHop);
    if (neighbour === null || neighbour.ready === false) return null;
    const way = new FlowWay(from, route, out, nextHop, neighbour, this.generation.value);
    ways[place] = way;
    return way;
  }

  private isUsualWay(from: HostDevice, route: Route, out: HostDevice): boolean {
    return (
      route.type === RouteType.unicast &&
      route.group === null &&
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
  if (flow !== null) flow.protocolNumber = FORGOTTEN;
}
