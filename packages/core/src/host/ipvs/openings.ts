/**
 * The fast path of segments that open a TCP connection to a virtual service: all that happens to one on its way in is known
 * from another of the same client (opening-ways.ts), so it comes to the scheduler at once. If the way to the server is
 * known as well, because another client's request went there, it leaves without anything else being asked.
 */
import type { Generation } from "../../base/generation.ts";
import type { NetDevice } from "../../link/net-device.ts";
import { type Frame, PacketType } from "../../packet/frame.ts";
import { IcmpType, IpProtocol, UnreachableCode } from "../../packet/protocol.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { IpCounters } from "../ip/ip-counters.ts";
import { isPlain, PART_OF_ANOTHER } from "../ip/known-way.ts";
import { Verdict } from "../netfilter/hook.ts";
import { RouteType } from "../route/config.ts";
import type { Route } from "../route/route.ts";
import type { AnswerWays } from "./answer-ways.ts";
import type { Connection } from "./connection.ts";
import { hashOf } from "./connection-table.ts";
import type { IpvsContext } from "./context.ts";
import type { Destination } from "./destination.ts";
import type { FlowWay } from "./flow-way.ts";
import type { IpvsHooks } from "./hooks.ts";
import type { FastPathHost } from "./host.ts";
import type { Inbound } from "./inbound.ts";
import { beginSegments, type KnownFlows, portsOf } from "./known-flows.ts";
import { Method } from "./method.ts";
import { NewFlow } from "./new-flow.ts";
import { OpeningWay, OpeningWays } from "./opening-ways.ts";
import { Direction } from "./protocol/protocol.ts";
import { TcpConnectionState, TcpStep } from "./protocol/tcp-state-table.ts";
import { FTP_DATA_PORT } from "./service-table.ts";

export class Openings {
  private readonly context: IpvsContext;
  private readonly host: FastPathHost;
  private readonly hooks: IpvsHooks;
  private readonly inbound: Inbound;
  private readonly flows: KnownFlows;
  private readonly answerWays: AnswerWays;
  private readonly counters: IpCounters;
  private readonly generation: Generation;
  private readonly ways = new OpeningWays();
  private readonly request = new NewFlow();

  constructor(
    context: IpvsContext,
    host: FastPathHost,
    hooks: IpvsHooks,
    inbound: Inbound,
    flows: KnownFlows,
    answerWays: AnswerWays,
  ) {
    this.context = context;
    this.host = host;
    this.hooks = hooks;
    this.inbound = inbound;
    this.flows = flows;
    this.answerWays = answerWays;
    this.counters = host.counters;
    this.generation = host.generation;
  }

  /** `FastPath.take` for a SYN that is no RST. */
  take(frame: Frame, from: HostDevice): boolean {
    const { source, destination, sourcePort, destinationPort } = frame;
    const way = this.ways.find(source, destination, destinationPort, from);
    if (
      way === null ||
      way.generation !== this.generation.value ||
      frame.protocol !== IpProtocol.tcp ||
      (frame.fragment & PART_OF_ANOTHER) !== 0 ||
      // requests from port 0 never find their connection, those from FTP's data port get none
      sourcePort === 0 ||
      sourcePort === FTP_DATA_PORT ||
      !this.context.defence.idle
    )
      return false;
    const hash = hashOf(IpProtocol.tcp, source, sourcePort);
    if (this.context.connections.table.knows(frame, hash, way.answerHash)) return false;
    this.counters.InReceives++;
    frame.enterBy(way.route, way.fromIndex);
    this.request.ofRequest(frame);
    const server = way.service.scheduler?.select(this.request) ?? null;
    if (server === null) this.refuse(frame);
    else {
      this.context.estimator.countConnection(server, way.service);
      if (this.isUsual(frame, server, from)) this.forward(frame, server, hash);
      else this.goOn(frame, server, from);
    }
    return true;
  }

  private refuse(frame: Frame): void {
    const { ip } = this.context.host;
    ip.sendIcmpError(frame, IcmpType.destinationUnreachable, UnreachableCode.port, 0);
  }

  /** The server has been chosen; what follows is decided as for any other packet. */
  private goOn(frame: Frame, server: Destination, from: HostDevice): void {
    const { connections, protocols, host } = this.context;
    const connection = connections.create(
      frame.protocol,
      frame.source,
      frame.sourcePort,
      frame.destination,
      frame.destinationPort,
      server,
      portOf(server, frame),
      0,
    );
    if (this.inbound.pass(frame, connection, protocols.tcp, from) === Verdict.accept)
      host.ip.deliverLocally(frame, from);
  }

  /** Whether nothing about the packet's way to `server` needs a decision. */
  private isUsual(frame: Frame, server: Destination, from: HostDevice): boolean {
    const way = server.requestWay;
    return (
      way !== null &&
      way.from === from &&
      way.generation === this.generation.value &&
      way.neighbour.ready === true &&
      frame.length <= way.mtu &&
      frame.ttl > 1 &&
      server.method === Method.masquerading &&
      server.available === true
    );
  }

  /** All that `goOn` would do with a segment and a server that are usual. */
  private forward(frame: Frame, server: Destination, hash: number): void {
    const { connections, estimator, protocols } = this.context;
    const { tcp } = protocols;
    const step = tcp.stepAfter(TcpConnectionState.none, Direction.input, frame);
    const timeout = tcp.timeouts[step & TcpStep.state] as number;
    const connection = connections.open(frame, server, portOf(server, frame), step, timeout, hash);
    estimator.countIn(server, frame.length);
    const way = server.requestWay as FlowWay;
    this.expectPackets(frame, server, connection, step, way);
    frame.ttl--;
    frame.destinationPort = portOf(server, frame);
    frame.destination = server.address;
    this.counters.OutRequests++;
    this.host.neighbours.address(frame, way.neighbour);
    way.out.transmit(frame);
    connections.start(connection);
  }

  /** The flows of a connection that `frame` opens. */
  private expectPackets(
    frame: Frame,
    server: Destination,
    connection: Connection,
    step: number,
    way: FlowWay,
  ): void {
    const { source: client, destination, sourcePort, destinationPort } = frame;
    const { flows } = this;
    const ports = portsOf(sourcePort, destinationPort);
    const request = flows.flowFor(client, destination, ports, server.traffic, way);
    request.direction = Direction.input;
    request.newAddress = server.address;
    request.newPort = portOf(server, frame);
    beginSegments(request, connection, step);
    const back = this.answerWays.find(server.address, client, destination);
    if (back !== null && back.generation === this.generation.value)
      flows.expectAnswers(request, back);
    else flows.forgetAnswers(request);
  }

  /** `frame`, which `input` took in and which nobody has changed since, made a connection: others like it are expected. */
  learn(frame: Frame, input: NetDevice | null): void {
    const { host, generation } = this;
    const from = host.deviceAt(frame.inputInterface);
    if (from === undefined || from !== input || from.internal || !this.isWhole(frame)) return;
    const { destination, destinationPort } = frame;
    const service = this.context.services.find(0, IpProtocol.tcp, destination, destinationPort);
    // another service has it for want of one with its port
    if (service === null || service.port !== destinationPort || service.persistent) return;
    const route = frame.route as Route;
    this.ways.learn(new OpeningWay(frame.source, service, from, route, generation.value));
  }

  /** Whether nobody but the scheduler has a say about segments like this one. */
  private isWhole(frame: Frame): boolean {
    const { sync, host } = this.context;
    const { conntrack, nat_icmp_send } = host.sysctls;
    return (
      frame.protocol === IpProtocol.tcp &&
      isPlain(frame) &&
      // for this host's link address, and no hook has left a note
      frame.notes === PacketType.host &&
      (frame.route as Route).type === RouteType.local &&
      sync === null &&
      conntrack === 0 &&
      nat_icmp_send === 0 &&
      this.hooks.alone
    );
  }

  forgetAll(): void {
    this.ways.forgetAll();
  }
}

const portOf = (server: Destination, frame: Frame): number =>
  server.port !== 0 ? server.port : frame.destinationPort;
