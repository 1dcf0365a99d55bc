/**
 * The fast path of a director: packets of masqueraded TCP and UDP connections whose way through this host is known.
 *
 * A packet that went the whole way leaves behind what was decided for it: the connection, the server, the route, the
 * neighbour. Further packets of its flow get by with a look at what may change from packet to packet: the packet itself, and
 * the neighbour's state. Everything else changes by configuration, which raises the generation, by commands to IPVS, or with
 * connections that come and go, and then `forgetAll` or `forget` is told. While anybody but IPVS watches packets at a hook
 * (rules, connection tracking, a trace) there is no fast path.
 *
 * What it does must be what the whole way does, in its order: test/determinism plays labs with and without it.
 */
import { emptyPlaces } from "../../base/empty-places.ts";
import type { Generation } from "../../base/generation.ts";
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import { type Ipv4Address, isLoopbackAddress } from "../../packet/ipv4-address.ts";
import { IpProtocol, TcpFlag } from "../../packet/protocol.ts";
import type { Engine } from "../../time/engine.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { FastPath } from "../ip/fast-path.ts";
import type { IpCounters } from "../ip/ip-counters.ts";
import { PART_OF_ANOTHER } from "../ip/known-way.ts";
import type { NeighbourTable } from "../neigh/neighbour-table.ts";
import { AnswerWays } from "./answer-ways.ts";
import { type Connection, ConnectionFlag } from "./connection.ts";
import type { ConnectionRows } from "./connection-rows.ts";
import type { IpvsContext } from "./context.ts";
import type { Destination } from "./destination.ts";
import type { FlowMemory } from "./flow-memory.ts";
import type { FlowWay } from "./flow-way.ts";
import { FlowWays } from "./flow-ways.ts";
import type { IpvsHooks } from "./hooks.ts";
import type { FastPathHost } from "./host.ts";
import { FORGOTTEN, MasqueradedFlow } from "./masqueraded-flow.ts";
import { Method } from "./method.ts";
import { Direction } from "./protocol/protocol.ts";

/** Places for flows; one that falls onto another's takes it. */
const PLACES = 256;

const placeOf = (source: number, destination: number, ports: number): number =>
  Math.imul(source ^ Math.imul(destination, 0x85ebca6b) ^ ports, 0x9e3779b1) >>> 24;

const portsOf = (source: number, destination: number): number => (source << 16) | destination;

export class MasqueradingFastPath implements FastPath, FlowMemory {
  private readonly context: IpvsContext;
  private readonly neighbours: NeighbourTable;
  private readonly engine: Engine;
  private readonly rows: ConnectionRows;
  private readonly counters: IpCounters;
  private readonly generation: Generation;
  /** Made for the first flow. */
  private flows: (MasqueradedFlow | null)[] | null = null;
  private readonly ways: FlowWays;
  private readonly answerWays = new AnswerWays();

  constructor(context: IpvsContext, host: FastPathHost, hooks: IpvsHooks) {
    this.context = context;
    this.neighbours = host.neighbours;
    this.engine = context.host.engine;
    this.rows = context.rows;
    this.counters = host.counters;
    this.generation = host.generation;
    this.ways = new FlowWays(host, hooks);
  }

  take(frame: Frame, from: HostDevice): boolean {
    const { flows } = this;
    if (flows === null) return false;
    const { source, destination } = frame;
    const ports = portsOf(frame.sourcePort, frame.destinationPort);
    const flow = flows[placeOf(source, destination, ports)] as MasqueradedFlow | null;
    if (
      flow === null ||
      flow.source !== source ||
      flow.destination !== destination ||
      flow.ports !== ports ||
      flow.protocolNumber !== frame.protocol
    )
      return false;
    const { way, server, connection, direction } = flow;
    // is there anything about the packet, or new about its way, that needs a decision?
    if (
      way.from !== from ||
      way.generation !== this.generation.value ||
      frame.length > way.mtu ||
      frame.ttl <= 1 ||
      (frame.tcpFlags & flow.decisive) !== 0 ||
      (frame.fragment & PART_OF_ANOTHER) !== 0 ||
      server.counting === false ||
      way.neighbour.ready === false
    )
      return false;
    const { counters } = this;
    counters.InReceives++;
    // nobody looks any more at what else a host notes of a frame, and the next host begins anew
    frame.inputInterface = way.fromIndex;
    frame.ttl--;
    if (direction === Direction.input) {
      server.traffic.countIn(frame.length);
      frame.destination = flow.newAddress;
      frame.destinationPort = flow.newPort;
      counters.OutRequests++;
    } else {
      server.traffic.countOut(frame.length);
      frame.source = flow.newAddress;
      frame.sourcePort = flow.newPort;
      counters.ForwDatagrams++;
    }
    if (flow.protocol.leaves(connection, direction, frame) === true) {
      this.rows.refresh(connection, this.engine.now, direction);
      this.neighbours.address(frame, way.neighbour);
      way.out.transmit(frame);
    } else this.passDecisive(flow, frame);
    return true;
  }

  /** The rest of `take`, for a packet that changes its connection's state; that of a request is done when it has gone. */
  private passDecisive(flow: MasqueradedFlow, frame: Frame): void {
    const { connection, direction, way } = flow;
    const { connections } = this.context;
    flow.protocol.advance(connection, direction, frame);
    if (direction === Direction.output) connections.done(connection, 0);
    this.neighbours.address(frame, way.neighbour);
    way.out.transmit(frame);
    if (direction === Direction.input) connections.done(connection, 1);
  }

  sendRequest(frame: Frame, connection: Connection, input: NetDevice | null): boolean {
    if (input === null || isLoopbackAddress(frame.source)) return false;
    const way = this.wayFor(frame, connection);
    if (way === null) return false;
    this.learnRequest(frame, connection, way);
    if (frame.length > way.mtu) return false;
    this.counters.OutRequests++;
    this.neighbours.address(frame, way.neighbour);
    way.out.transmit(frame);
    return true;
  }

  private learnRequest(frame: Frame, connection: Connection, way: FlowWay): void {
    const { rows } = this;
    const address = rows.virtualAddress(connection);
    const port = rows.virtualPort(connection);
    const ports = portsOf(frame.sourcePort, port);
    const flow = this.flowFor(frame, connection, frame.source, address, ports, way);
    flow.direction = Direction.input;
    flow.decisive = TcpFlag.syn;
    flow.newAddress = frame.destination;
    flow.newPort = frame.destinationPort;
    // the first answer of a datagram connection does more than the others
    if (frame.protocol === IpProtocol.tcp && rows.inPackets(connection) === 0)
      this.expectAnswer(frame, connection, address, port);
  }

  /** `frame` made the connection: its answers go as those of other connections between the same. */
  private expectAnswer(
    frame: Frame,
    connection: Connection,
    virtualAddress: Ipv4Address,
    virtualPort: number,
  ): void {
    const { source: client, destination: server } = frame;
    const way = this.answerWays.find(server, client, virtualAddress);
    if (way === null || way.generation !== this.generation.value) return;
    const ports = portsOf(frame.destinationPort, frame.sourcePort);
    const flow = this.flowFor(frame, connection, server, client, ports, way);
    flow.direction = Direction.output;
    flow.decisive = 0;
    flow.newAddress = virtualAddress;
    flow.newPort = virtualPort;
  }

  learnAnswer(frame: Frame, connection: Connection): void {
    const way = this.wayFor(frame, connection);
    if (way === null) return;
    const { rows } = this;
    const { source: virtualAddress, destination: client } = frame;
    const server = rows.serverAddress(connection);
    const ports = portsOf(rows.serverPort(connection), frame.destinationPort);
    const flow = this.flowFor(frame, connection, server, client, ports, way);
    flow.direction = Direction.output;
    flow.decisive = 0;
    flow.newAddress = virtualAddress;
    flow.newPort = frame.sourcePort;
    this.answerWays.learn(server, client, virtualAddress, way);
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

  /** The way of a packet that has its route, and the addresses with which it goes out; null when such packets go the whole way. */
  private wayFor(frame: Frame, connection: Connection): FlowWay | null {
    if (this.context.sync !== null || !this.isUsual(frame, connection)) return null;
    return this.ways.find(frame);
  }

  /** Puts down what requests and answers have in common. Addresses and ports are those of the packets as they come in. */
  private flowFor(
    { protocol: protocolNumber }: Frame,
    connection: Connection,
    source: Ipv4Address,
    destination: Ipv4Address,
    ports: number,
    way: FlowWay,
  ): MasqueradedFlow {
    const { tcp, udp } = this.context.protocols;
    const protocol = protocolNumber === IpProtocol.tcp ? tcp : udp;
    const server = this.rows.server(connection) as Destination;
    const place = placeOf(source, destination, ports);
    this.flows ??= emptyPlaces(PLACES);
    let flow = this.flows[place] as MasqueradedFlow | null;
    if (flow === null) {
      flow = new MasqueradedFlow(protocol, server, way);
      this.flows[place] = flow;
    }
    flow.source = source;
    flow.destination = destination;
    flow.ports = ports;
    flow.protocolNumber = protocolNumber;
    flow.connection = connection;
    flow.protocol = protocol;
    flow.server = server;
    flow.way = way;
    return flow;
  }

  private isUsual(frame: Frame, connection: Connection): boolean {
    const { rows } = this;
    return (
      (frame.protocol === IpProtocol.udp || frame.protocol === IpProtocol.tcp) &&
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
}

function clear(flows: readonly (MasqueradedFlow | null)[], place: number): void {
  const flow = flows[place] as MasqueradedFlow | null;
  if (flow !== null) flow.protocolNumber = FORGOTTEN;
}
