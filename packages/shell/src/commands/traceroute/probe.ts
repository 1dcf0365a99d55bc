/** One probe of `traceroute`, and the ways to send it. What comes back finds its probe by ports or sequence numbers. */
import {
  type DeviceTap,
  EtherType,
  Frame,
  IcmpType,
  type Instant,
  IpProtocol,
  type Ipv4Address,
  type NetworkNamespace,
  TcpFlag,
  type TcpSocket,
  type UdpSocket,
} from "@lvsim/core";
import type { HeardIcmp, QuotedPacket } from "../../network/icmp-socket.ts";
import { type RawOutcome, type RawWay, sendRaw } from "../../network/raw-packet.ts";
import type { WaitQueue } from "../../process/wait.ts";

export class Probe {
  sentAt: Instant | null = null;
  /** When an answer came; null while there is none, and when there will be none. */
  answeredAt: Instant | null = null;
  /** Nothing more is expected. */
  done = false;
  /** It came to its destination, or can never. */
  final = false;
  from: Ipv4Address | null = null;
  /** What is printed behind the time. */
  remark = "";
  /** UDP: the destination port; ICMP: the sequence number; TCP: the source port. */
  key = 0;

  answer(at: Instant, from: Ipv4Address, final: boolean, remark: string): void {
    this.answeredAt = at;
    this.from = from;
    this.final = final;
    this.remark = remark;
    this.done = true;
  }
}

/** Where packets go and how. */
export interface ProbeTask {
  readonly network: NetworkNamespace;
  readonly target: Ipv4Address;
  /** 0: chosen by the route. */
  readonly source: Ipv4Address;
  readonly way: RawWay;
  readonly tos: number;
  readonly mark: number;
  readonly port: number;
  readonly sourcePort: number;
  readonly identifier: number;
}

export interface ProbeMethod {
  /** Octets of a packet before its data. */
  readonly headers: number;
  send(probe: Probe, number: number, ttl: number, dataLength: number): RawOutcome;
  /** Whether a quoted packet is this probe. */
  owns(probe: Probe, about: QuotedPacket): boolean;
  /** An ICMP message that is an answer in itself, and to which probe. */
  answers(heard: HeardIcmp): number | null;
  close(): void;
}

function packet(task: ProbeTask, ttl: number, dataLength: number): Frame {
  const frame = new Frame(task.network.engine.newFrameId());
  frame.source = task.source;
  frame.destination = task.target;
  frame.ttl = ttl;
  frame.tos = task.tos;
  frame.mark = task.mark;
  frame.payload = new Uint8Array(dataLength).map((_, i) => 0x40 + (i & 0x3f));
  frame.payloadLength = dataLength;
  return frame;
}

/** UDP to a port that nobody listens on: a new one for each probe, or one for all. */
export class UdpMethod implements ProbeMethod {
  readonly headers = 28;
  private readonly task: ProbeTask;
  private readonly onePort: boolean;
  private readonly sockets: UdpSocket[] = [];
  private readonly byPort = new Map<number, Probe>();
  private readonly queue: WaitQueue;

  constructor(task: ProbeTask, onePort: boolean, queue: WaitQueue) {
    this.task = task;
    this.onePort = onePort;
    this.queue = queue;
  }

  send(probe: Probe, number: number, ttl: number, dataLength: number): RawOutcome {
    const { task } = this;
    const port = (task.port + (this.onePort ? 0 : number)) & 0xffff;
    const socket = task.network.sockets.udp();
    const errno =
      socket.bind({ address: task.source, port: task.sourcePort }) ||
      socket.connect({ address: task.target, port });
    if (errno !== 0) {
      socket.close();
      return { errno, mtu: 0 };
    }
    this.sockets.push(socket);
    probe.key = socket.local.port;
    socket.onEvent = () => this.received(socket, probe);
    const frame = packet(task, ttl, dataLength);
    frame.protocol = IpProtocol.udp;
    frame.sourcePort = socket.local.port;
    frame.destinationPort = port;
    this.byPort.set(probe.key, probe);
    return sendRaw(task.network, frame, task.way);
  }

  private received(socket: UdpSocket, probe: Probe): void {
    const datagram = socket.receive();
    if (datagram === undefined || probe.done) return;
    probe.answer(this.task.network.engine.now, datagram.from.address, true, "");
    this.queue.wake();
  }

  owns(probe: Probe, about: QuotedPacket): boolean {
    return about.protocol === IpProtocol.udp && about.sourcePort === probe.key;
  }

  answers(): null {
    return null;
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
  }
}

/** Echo requests, numbered from 1 or from the port given. */
export class IcmpMethod implements ProbeMethod {
  readonly headers = 28;
  private readonly task: ProbeTask;

  constructor(task: ProbeTask) {
    this.task = task;
  }

  send(probe: Probe, number: number, ttl: number, dataLength: number): RawOutcome {
    const { task } = this;
    probe.key = (task.port + number) & 0xffff;
    const frame = packet(task, ttl, dataLength);
    frame.protocol = IpProtocol.icmp;
    frame.icmpType = IcmpType.echoRequest;
    frame.icmpRest = (task.identifier << 16) | probe.key;
    return sendRaw(task.network, frame, task.way);
  }

  owns(probe: Probe, { icmpRest, protocol }: QuotedPacket): boolean {
    return protocol === IpProtocol.icmp && this.keyOf(icmpRest) === probe.key;
  }

  answers({ rest, type }: HeardIcmp): number | null {
    return type === IcmpType.echoReply ? this.keyOf(rest) : null;
  }

  private keyOf(rest: number): number | null {
    return rest >>> 16 === this.task.identifier ? rest & 0xffff : null;
  }

  close(): void {}
}

/**
 * SYN segments from ports that are bound and not open, so that the kernel resets what is answered. Answers are seen by
 * a packet socket, before netfilter's LOCAL_IN.
 */
export class TcpMethod implements ProbeMethod, DeviceTap {
  readonly headers = 60;
  private readonly task: ProbeTask;
  private readonly queue: WaitQueue;
  private readonly sockets: TcpSocket[] = [];
  private readonly byPort = new Map<number, Probe>();

  constructor(task: ProbeTask, queue: WaitQueue) {
    this.task = task;
    this.queue = queue;
    for (const device of task.network.devices()) device.taps = [...(device.taps ?? []), this];
  }

  send(probe: Probe, number: number, ttl: number): RawOutcome {
    const { task } = this;
    const socket = task.network.sockets.tcp();
    const errno = socket.bind({ address: task.source, port: task.sourcePort });
    if (errno !== 0) return { errno, mtu: 0 };
    this.sockets.push(socket);
    probe.key = socket.local.port;
    this.byPort.set(probe.key, probe);
    const frame = packet(task, ttl, 0);
    frame.protocol = IpProtocol.tcp;
    frame.sourcePort = probe.key;
    frame.destinationPort = task.port;
    frame.tcpFlags = TcpFlag.syn;
    frame.sequenceNumber = (task.identifier << 16) | number;
    frame.window = 5840;
    frame.synOptions = { maximumSegmentSize: 1460, windowScale: 2, sackPermitted: true };
    frame.hasTimestamps = true;
    return sendRaw(task.network, frame, task.way);
  }

  tapped(frame: Frame, direction: "in" | "out"): void {
    if (direction === "out" || frame.etherType !== EtherType.ipv4) return;
    if (frame.protocol !== IpProtocol.tcp || frame.source !== this.task.target) return;
    const probe = this.byPort.get(frame.destinationPort);
    if (probe === undefined || probe.done || frame.sourcePort !== this.task.port) return;
    if ((frame.tcpFlags & (TcpFlag.rst | TcpFlag.ack)) === 0) return;
    probe.answer(this.task.network.engine.now, frame.source, true, "");
    this.queue.wake();
  }

  owns(probe: Probe, about: QuotedPacket): boolean {
    return about.protocol === IpProtocol.tcp && about.sourcePort === probe.key;
  }

  answers(): null {
    return null;
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
    for (const device of this.task.network.devices()) {
      const rest = (device.taps ?? []).filter((tap) => tap !== this);
      device.taps = rest.length === 0 ? null : rest;
    }
  }
}
