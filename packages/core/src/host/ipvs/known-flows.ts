/**
 * The flows of masqueraded connections that a director's fast path knows, by the addresses and ports of their packets as they
 * come in. Direct-mapped; a flow that falls onto another's place takes it.
 */
import { emptyPlaces } from "../../base/empty-places.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IpProtocol, TcpFlag } from "../../packet/protocol.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionRows } from "./connection-rows.ts";
import type { Destination } from "./destination.ts";
import type { FlowWay } from "./flow-way.ts";
import { ALWAYS_LEFT, FORGOTTEN, MasqueradedFlow } from "./masqueraded-flow.ts";
import { Method } from "./method.ts";
import { Direction } from "./protocol/protocol.ts";
import type { TcpProtocol } from "./protocol/tcp.ts";
import { TcpStep } from "./protocol/tcp-state-table.ts";

const PLACES = 256;
const NO_FLOWS: (MasqueradedFlow | null)[] = emptyPlaces(PLACES);

/** Where the flow of packets with these addresses is. */
export const placeOf = (source: number, destination: number, ports: number): number =>
  Math.imul(source ^ Math.imul(destination, 0x85ebca6b) ^ ports, 0x9e3779b1) >>> 24;

export const portsOf = (source: number, destination: number): number =>
  (source << 16) | destination;

export class KnownFlows {
  /** By place; made for the first flow. */
  places = NO_FLOWS;
  private readonly rows: ConnectionRows;
  private readonly tcp: TcpProtocol;

  constructor(rows: ConnectionRows, tcp: TcpProtocol) {
    this.rows = rows;
    this.tcp = tcp;
  }

  /** The requests of `connection`, of which `frame`, about to leave by `way`, is one. */
  learnRequest(frame: Frame, connection: Connection, way: FlowWay): MasqueradedFlow {
    const { rows } = this;
    const address = rows.virtualAddress(connection);
    const ports = portsOf(frame.sourcePort, rows.virtualPort(connection));
    const { traffic } = rows.server(connection) as Destination;
    const flow = this.flowFor(frame.source, address, ports, traffic, way);
    flow.direction = Direction.input;
    flow.newAddress = frame.destination;
    flow.newPort = frame.destinationPort;
    this.follow(flow, frame, connection);
    return flow;
  }

  /** The answers of `connection`, of which `frame`, about to leave by `way`, is one. */
  learnAnswer(frame: Frame, connection: Connection, way: FlowWay): void {
    const { rows } = this;
    const server = rows.server(connection) as Destination;
    const ports = portsOf(rows.serverPort(connection), frame.destinationPort);
    const flow = this.flowFor(server.address, frame.destination, ports, server.traffic, way);
    flow.direction = Direction.output;
    flow.newAddress = frame.source;
    flow.newPort = frame.sourcePort;
    this.follow(flow, frame, connection);
  }

  /** The answers, which will leave by `way`, to `request` and others of its flow. */
  expectAnswers(request: MasqueradedFlow, way: FlowWay): void {
    // all that is needed of the request: its place may be that of the answers
    const { source: client, destination: virtualAddress, ports, connection, step } = request;
    const { newAddress: server, newPort: serverPort } = request;
    const answerPorts = portsOf(serverPort, ports >>> 16);
    const flow = this.flowFor(server, client, answerPorts, request.traffic, way);
    flow.direction = Direction.output;
    flow.newAddress = virtualAddress;
    flow.newPort = ports & 0xffff;
    beginSegments(flow, connection, step);
    flow.opposite = request;
    request.opposite = flow;
  }

  /** `connection` is in another state than before. */
  stateChanged(connection: Connection): void {
    const step = this.tcp.lastStep(connection);
    const request = this.flowAt(this.placeOfRequests(connection), connection);
    if (request !== null) request.step = step;
    const answer = this.flowAt(this.placeOfAnswers(connection), connection);
    if (answer !== null) answer.step = step;
  }

  forget(connection: Connection): void {
    this.clear(this.placeOfRequests(connection));
    this.clear(this.placeOfAnswers(connection));
  }

  /** Forgets whose flow is at the place of the answers to `request` and others of its flow. */
  forgetAnswers(request: MasqueradedFlow): void {
    request.opposite = null;
    const ports = portsOf(request.newPort, request.ports >>> 16);
    this.clear(placeOf(request.newAddress, request.source, ports));
  }

  forgetAll(): void {
    this.places = NO_FLOWS;
  }

  /** The flow at the place for these packets, whosever it was before. */
  flowFor(
    source: Ipv4Address,
    destination: Ipv4Address,
    ports: number,
    traffic: Destination["traffic"],
    way: FlowWay,
  ): MasqueradedFlow {
    const place = placeOf(source, destination, ports);
    const flow = this.places[place] ?? this.make(place, traffic, way);
    flow.source = source;
    flow.destination = destination;
    flow.ports = ports;
    flow.traffic = traffic;
    flow.way = way;
    return flow;
  }

  private make(place: number, traffic: Destination["traffic"], way: FlowWay): MasqueradedFlow {
    const flow = new MasqueradedFlow(traffic, way);
    if (this.places === NO_FLOWS) this.places = emptyPlaces(PLACES);
    this.places[place] = flow;
    return flow;
  }

  /** From here on `flow` is one of `connection`, of which `frame` is about to leave. */
  private follow(flow: MasqueradedFlow, frame: Frame, connection: Connection): void {
    if (frame.protocol !== IpProtocol.tcp) return beginDatagrams(flow, connection);
    beginSegments(flow, connection, this.tcp.lastStep(connection));
    const ports = portsOf(frame.destinationPort, frame.sourcePort);
    const opposite = this.flowAt(placeOf(frame.destination, frame.source, ports), connection);
    flow.opposite = opposite;
    if (opposite !== null) opposite.opposite = flow;
  }

  /** The flow at `place`, if it is one of `connection`. */
  private flowAt(place: number, connection: Connection): MasqueradedFlow | null {
    const flow = this.places[place] as MasqueradedFlow | null;
    return flow !== null && flow.connection === connection ? flow : null;
  }

  private placeOfRequests(connection: Connection): number {
    const { rows } = this;
    const ports = portsOf(rows.clientPort(connection), rows.virtualPort(connection));
    return placeOf(rows.clientAddress(connection), rows.virtualAddress(connection), ports);
  }

  private placeOfAnswers(connection: Connection): number {
    const { rows } = this;
    const client = rows.clientAddress(connection);
    const clientPort = rows.clientPort(connection);
    if (rows.method(connection) !== Method.masquerading) {
      const ports = portsOf(rows.virtualPort(connection), clientPort);
      return placeOf(rows.virtualAddress(connection), client, ports);
    }
    const ports = portsOf(rows.serverPort(connection), clientPort);
    return placeOf(rows.serverAddress(connection), client, ports);
  }

  private clear(place: number): void {
    const flow = this.places[place] as MasqueradedFlow | null;
    if (flow !== null) flow.protocolNumber = FORGOTTEN;
  }
}

/** `flow` is one of TCP, whose connection took `step` last. */
export function beginSegments(flow: MasqueradedFlow, connection: Connection, step: number): void {
  flow.protocolNumber = IpProtocol.tcp;
  flow.connection = connection;
  flow.usualFlags = TcpFlag.ack;
  flow.usualStep =
    flow.direction === Direction.input ? TcpStep.leftByRequests : TcpStep.leftByAnswers;
  flow.step = step;
}

/** No packet of `flow` changes anything of its connection. */
function beginDatagrams(flow: MasqueradedFlow, connection: Connection): void {
  flow.protocolNumber = IpProtocol.udp;
  flow.connection = connection;
  flow.usualFlags = 0;
  flow.usualStep = ALWAYS_LEFT;
  flow.step = ALWAYS_LEFT;
}
