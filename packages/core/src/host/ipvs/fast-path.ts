/**
 * The fast path of a director: packets of masqueraded TCP and UDP connections whose way through this host is known.
 *
 * A packet that went the whole way leaves behind what was decided for it: the connection, the server, the route, the
 * neighbour. Further packets of its flow get by with a look at what may change from packet to packet: the packet itself, and
 * the neighbour's state. Everything else changes by configuration, which raises the generation, by commands to IPVS, or with
 * connections that come and go, and then `forgetAll` or `forget` is told. While anybody but IPVS watches packets at a hook
 * (rules, connection tracking, a trace) there is no fast path. Flows are in known-flows.ts; openings.ts has the segments that
 * open connections.
 *
 * What it does must be what the whole way does, in its order: test/determinism plays labs with and without it.
 */
import type { Generation } from "../../base/generation.ts";
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import { isLoopbackAddress } from "../../packet/ipv4-address.ts";
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
import type { Inbound } from "./inbound.ts";
import { KnownFlows, placeOf, portsOf } from "./known-flows.ts";
import type { MasqueradedFlow } from "./masqueraded-flow.ts";
import { Openings } from "./openings.ts";
import { Direction } from "./protocol/protocol.ts";
import { EVENT_FLAGS, TcpStep } from "./protocol/tcp-state-table.ts";

/** Flags that segments have, and have not, that open connections. */
const OPENING_FLAGS = TcpFlag.syn | TcpFlag.rst;

export class MasqueradingFastPath implements FastPath, FlowMemory {
  private readonly context: IpvsContext;
  private readonly neighbours: NeighbourTable;
  private readonly engine: Engine;
  private readonly rows: ConnectionRows;
  private readonly counters: IpCounters;
  private readonly generation: Generation;
  private readonly flows: KnownFlows;
  private readonly openings: Openings;
  private readonly ways: FlowWays;
  private readonly answerWays = new AnswerWays();

  constructor(context: IpvsContext, host: FastPathHost, hooks: IpvsHooks, inbound: Inbound) {
    this.context = context;
    this.neighbours = host.neighbours;
    this.engine = context.host.engine;
    this.rows = context.rows;
    this.counters = host.counters;
    this.generation = host.generation;
    this.flows = new KnownFlows(context.rows, context.protocols.tcp);
    this.openings = new Openings(context, host, hooks, inbound, this.flows, this.answerWays);
    this.ways = new FlowWays(host, hooks);
  }

  /** Written out, so that it is too long to be inlined where packets arrive (docs/decisions/0006). */
  take(frame: Frame, from: HostDevice): boolean {
    const { source, destination } = frame;
    const ports = portsOf(frame.sourcePort, frame.destinationPort);
    const flow = this.flows.places[placeOf(source, destination, ports)] as MasqueradedFlow | null;
    if (
      flow === null ||
      flow.source !== source ||
      flow.destination !== destination ||
      flow.ports !== ports ||
      flow.protocolNumber !== frame.protocol
    )
      return this.takeFirst(frame, from);
    const { way } = flow;
    // is there anything about the packet, or new about its way, that needs a decision?
    if (
      way.from !== from ||
      way.generation !== this.generation.value ||
      frame.length > way.mtu ||
      frame.ttl <= 1 ||
      (frame.fragment & PART_OF_ANOTHER) !== 0 ||
      way.neighbour.ready === false
    )
      return false;
    const { direction } = flow;
    const usual =
      (flow.step & flow.usualStep) !== 0 && (frame.tcpFlags & EVENT_FLAGS) === flow.usualFlags;
    // another connection of the client's may begin
    if (!usual && direction === Direction.input && (frame.tcpFlags & TcpFlag.syn) !== 0)
      return false;
    const { counters } = this;
    counters.InReceives++;
    // nobody looks any more at what else a host notes of a frame, and the next host begins anew
    frame.inputInterface = way.fromIndex;
    frame.ttl--;
    if (direction === Direction.input) {
      flow.traffic.countIn(frame.length);
      frame.destination = flow.newAddress;
      frame.destinationPort = flow.newPort;
      counters.OutRequests++;
    } else {
      flow.traffic.countOut(frame.length);
      frame.source = flow.newAddress;
      frame.sourcePort = flow.newPort;
      counters.ForwDatagrams++;
    }
    this.rows.refresh(flow.connection, this.engine.now, direction);
    if (!usual) return this.takeStep(flow, frame);
    this.neighbours.address(frame, way.neighbour);
    way.out.transmit(frame);
    return true;
  }

  /** The rest of `take`, for a segment that may change its connection's state. */
  private takeStep(flow: MasqueradedFlow, frame: Frame): true {
    const { connection, direction, way, opposite, step: last } = flow;
    const { connections, protocols } = this.context;
    const step = protocols.tcp.stepAfter(last, direction, frame);
    flow.step = step;
    if (opposite !== null && opposite.connection === connection) opposite.step = step;
    const late =
      (step & TcpStep.changes) !== 0 && protocols.tcp.take(connection, last, step) === true;
    if (late && direction === Direction.output) connections.restartTimer(connection);
    this.neighbours.address(frame, way.neighbour);
    way.out.transmit(frame);
    // that of a request when it has gone
    if (late && direction === Direction.input) connections.restartTimer(connection);
    return true;
  }

  /** `take`, for a packet of no flow that is known. */
  private takeFirst(frame: Frame, from: HostDevice): boolean {
    return (frame.tcpFlags & OPENING_FLAGS) === TcpFlag.syn && this.openings.take(frame, from);
  }

  opened(frame: Frame, input: NetDevice | null): void {
    this.openings.learn(frame, input);
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
    const { flows, rows } = this;
    const request = flows.learnRequest(frame, connection, way);
    (rows.server(connection) as Destination).requestWay = way;
    // the first answer of a datagram connection does more than the others
    if (frame.protocol === IpProtocol.udp || rows.inPackets(connection) > 0) return;
    // answers go as those of other connections between the same
    const back = this.answerWays.find(frame.destination, frame.source, request.destination);
    if (back !== null && back.generation === this.generation.value)
      flows.expectAnswers(request, back);
  }

  learnAnswer(frame: Frame, connection: Connection): void {
    const way = this.wayFor(frame, connection);
    if (way === null) return;
    this.flows.learnAnswer(frame, connection, way);
    const server = this.rows.serverAddress(connection);
    this.answerWays.learn(server, frame.destination, frame.source, way);
  }

  stateChanged(connection: Connection): void {
    this.flows.stateChanged(connection);
  }

  forget(connection: Connection): void {
    this.flows.forget(connection);
  }

  forgetAll(): void {
    this.flows.forgetAll();
    this.openings.forgetAll();
  }

  /** The way of a packet that has its route, and the addresses with which it goes out; null when such packets go the whole way. */
  private wayFor(frame: Frame, connection: Connection): FlowWay | null {
    if (this.context.sync !== null || !this.isUsual(frame, connection)) return null;
    return this.ways.find(frame);
  }

  private isUsual(frame: Frame, connection: Connection): boolean {
    const { rows } = this;
    return (
      (frame.protocol === IpProtocol.udp || frame.protocol === IpProtocol.tcp) &&
      rows.has(connection, ConnectionFlag.hashed) &&
      // one in the trash counts nothing
      rows.server(connection)?.counting === true &&
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
