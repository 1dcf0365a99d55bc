/** UDP of one namespace: finds the socket for each datagram (`__udp4_lib_rcv`) and each ICMP error. */
import { ChecksumFault, type Frame, PacketType } from "../../../packet/frame.ts";
import { ANY_ADDRESS, type Ipv4Address } from "../../../packet/ipv4-address.ts";
import { IcmpType, UnreachableCode } from "../../../packet/protocol.ts";
import { SimEvent } from "../../../time/event.ts";
import type { DropReason } from "../../../trace/drop-reason.ts";
import type { TransportHandler } from "../../ip/ip-layer.ts";
import type { UdpReceiver } from "../../ip/udp-receiver.ts";
import { icmpErrno, icmpIsFatal } from "../icmp-errno.ts";
import type { TransportSecrets } from "../secrets.ts";
import { TcpState, type UdpSocket } from "../socket.ts";
import type { SocketNumbers } from "../socket-numbers.ts";
import type { SocketSummary, TransportCounters } from "../transport.ts";
import type { TransportHost } from "../transport-host.ts";
import { type UdpContext, UdpSocketHandle } from "./udp-socket.ts";

/** A datagram that came while another was being sent. */
class BackloggedDatagram extends SimEvent {
  private readonly layer: UdpLayer;
  private readonly frame: Frame;

  constructor(layer: UdpLayer, frame: Frame) {
    super();
    this.layer = layer;
    this.frame = frame;
  }

  fire(): void {
    this.layer.receive(this.frame);
  }
}

const NO_SOCKETS: readonly UdpSocketHandle[] = [];

export class UdpLayer implements TransportHandler, UdpContext {
  readonly host: TransportHost;
  readonly counters: TransportCounters;
  readonly numbers: SocketNumbers;
  readonly secrets: () => TransportSecrets;
  causeId = 0;
  /** Sockets by local port, in order of binding. */
  private sockets: Map<number, UdpSocketHandle[]> | null = null;
  /** The sockets of the port that was looked for last; forgotten when there is another one. */
  private lastSockets = NO_SOCKETS;
  /** The one socket of that port; null when it has several, or none. */
  private only: UdpSocketHandle | null = null;
  private lastPort = -1;
  private sending = 0;

  constructor(
    host: TransportHost,
    counters: TransportCounters,
    numbers: SocketNumbers,
    secrets: () => TransportSecrets,
  ) {
    this.host = host;
    this.counters = counters;
    this.numbers = numbers;
    this.secrets = secrets;
  }

  socket(): UdpSocket {
    return new UdpSocketHandle(this);
  }

  receive(frame: Frame): void {
    const { only } = this;
    if (
      only !== null &&
      this.lastPort === frame.destinationPort &&
      frame.packetType === PacketType.host &&
      frame.extras === null &&
      this.sending === 0 &&
      this.host.trace === null &&
      only.takes(frame.destination, frame.source, frame.sourcePort, frame.inputInterface) === true
    )
      this.hand(only, frame);
    else this.receiveOther(frame);
  }

  /** `receive`, when there is more to it than that the one socket of the port gets the datagram. */
  private receiveOther(frame: Frame): void {
    if (this.sending > 0) {
      const { engine } = this.host;
      engine.schedule(new BackloggedDatagram(this, frame), engine.now);
      return;
    }
    const refused = this.deliver(frame);
    const { trace, engine, place } = this.host;
    if (trace === null) return;
    if (refused === null) trace.delivered(engine.now, place, frame);
    else trace.dropped(engine.now, place, frame, refused, null);
  }

  private deliver(frame: Frame): DropReason | null {
    const { counters } = this;
    if ((frame.checksumFaults & ChecksumFault.transport) !== 0) {
      counters.UdpInCsumErrors++;
      counters.UdpInErrors++;
      return "udp-checksum";
    }
    const { packetType } = frame;
    if (packetType === PacketType.broadcast || packetType === PacketType.multicast)
      return this.deliverToAll(frame);
    const { destination, destinationPort, source, sourcePort, inputInterface } = frame;
    const socket = this.find(destination, destinationPort, source, sourcePort, inputInterface);
    if (socket === null) {
      const receiver = this.receiverOf(frame);
      if (receiver !== null) {
        counters.UdpInDatagrams++;
        return receiver.receive(frame);
      }
      counters.UdpNoPorts++;
      const { port } = UnreachableCode;
      this.host.ip.sendIcmpError(frame, IcmpType.destinationUnreachable, port, 0);
      return "udp-no-socket";
    }
    return this.hand(socket, frame);
  }

  /** The tunnel that holds the port; null when there is none. */
  private receiverOf(frame: Frame): UdpReceiver | null {
    return this.host.udpReceivers?.find((receiver) => receiver.takes(frame)) ?? null;
  }

  private hand(socket: UdpSocketHandle, frame: Frame): DropReason | null {
    if (socket.enqueue(frame) === false) return this.refuse();
    this.counters.UdpInDatagrams++;
    this.causeId = frame.id;
    const { onEvent } = socket;
    if (onEvent !== null) onEvent();
    this.causeId = 0;
    return null;
  }

  private refuse(): DropReason {
    const { counters } = this;
    counters.UdpRcvbufErrors++;
    counters.UdpInErrors++;
    return "udp-receive-buffer-full";
  }

  /** Broadcasts go to every socket that would take them, and nobody is told when there is none. */
  private deliverToAll(frame: Frame): DropReason | null {
    const sockets = this.sockets?.get(frame.destinationPort)?.slice() ?? [];
    let taken: DropReason | null = "udp-no-socket";
    for (const socket of sockets)
      if (socket.takes(frame.destination, frame.source, frame.sourcePort, frame.inputInterface))
        taken = this.hand(socket, frame) === null ? null : taken;
    if (taken !== null) this.counters.UdpNoPorts++;
    return taken;
  }

  /** A socket bound to the address comes before one bound to any, a connected one before others. */
  private find(
    local: Ipv4Address,
    localPort: number,
    remote: Ipv4Address,
    remotePort: number,
    device: number,
  ): UdpSocketHandle | null {
    if (localPort !== this.lastPort) this.lookAt(localPort);
    const { only } = this;
    if (only === null) return this.findBest(local, remote, remotePort, device);
    return only.takes(local, remote, remotePort, device) === true ? only : null;
  }

  /** `find` among several of the port looked at. */
  private findBest(
    local: Ipv4Address,
    remote: Ipv4Address,
    remotePort: number,
    device: number,
  ): UdpSocketHandle | null {
    const sockets = this.lastSockets;
    let best: UdpSocketHandle | null = null;
    let bestScore = -1;
    for (let i = 0; i < sockets.length; i++) {
      const socket = sockets[i] as UdpSocketHandle;
      if (!socket.takes(local, remote, remotePort, device)) continue;
      const score =
        (socket.localAddress === ANY_ADDRESS ? 0 : 2) + (socket.connected === true ? 1 : 0);
      if (score <= bestScore) continue;
      best = socket;
      bestScore = score;
    }
    return best;
  }

  private lookAt(port: number): void {
    this.lastSockets = this.sockets?.get(port) ?? NO_SOCKETS;
    this.only = this.lastSockets.length === 1 ? (this.lastSockets[0] as UdpSocketHandle) : null;
    this.lastPort = port;
  }

  /** `__udp4_lib_err` without IP_RECVERR: only connected sockets hear, and only of what is hopeless. */
  icmpError(error: Frame): void {
    const quoted = error.inner;
    if (quoted === null) return;
    const { source, sourcePort, destination, destinationPort } = quoted;
    const socket = this.find(
      source,
      sourcePort,
      destination,
      destinationPort,
      error.inputInterface,
    );
    if (socket === null) return this.host.udpReceivers?.[0]?.icmpError(error);
    const errno = icmpErrno(error);
    if (errno === 0 || !socket.connected || !icmpIsFatal(error)) return;
    socket.fail(errno);
  }

  send(frame: Frame): void {
    this.sending++;
    this.host.ip.output(frame);
    this.sending--;
  }

  add(socket: UdpSocketHandle): void {
    this.sockets ??= new Map();
    this.lastPort = -1;
    const list = this.sockets.get(socket.localPort);
    if (list === undefined) this.sockets.set(socket.localPort, [socket]);
    else list.push(socket);
  }

  remove(socket: UdpSocketHandle): void {
    const list = this.sockets?.get(socket.localPort);
    if (list === undefined) return;
    const at = list.indexOf(socket);
    if (at >= 0) list.splice(at, 1);
    this.lastPort = -1;
    if (list.length === 0) this.sockets?.delete(socket.localPort);
  }

  isFree(address: Ipv4Address, port: number): boolean {
    for (const { localAddress } of this.sockets?.get(port) ?? [])
      if (localAddress === address || localAddress === ANY_ADDRESS || address === ANY_ADDRESS)
        return false;
    for (const { port: held, local, peerPort } of this.host.udpReceivers ?? [])
      if (held === port && peerPort === 0 && (local === address || local === 0 || address === 0))
        return false;
    return true;
  }

  /** A free ephemeral port from a random place on; 0 when there is none. */
  choosePort(address: Ipv4Address): number {
    const {
      ip_local_port_first: first,
      ip_local_port_last: last,
      reservedPorts,
    } = this.host.sysctls;
    const count = Math.max(1, last - first + 1);
    const start = this.secrets().below(count);
    for (let i = 0; i < count; i++) {
      const port = first + ((start + i) % count);
      if (reservedPorts?.has(port) !== true && this.isFree(address, port)) return port;
    }
    return 0;
  }

  summaries(): SocketSummary[] {
    const lines: SocketSummary[] = [];
    for (const list of this.sockets?.values() ?? [])
      for (const socket of list)
        lines.push({
          protocol: "udp",
          inode: socket.inode,
          cookie: socket.cookie,
          timer: null,
          tcp: null,
          memory: {
            received: socket.receiveQueue,
            receiveBuffer: this.host.sysctls.rmem_default,
            sendBuffer: this.host.sysctls.wmem_default,
          },
          state: socket.connected ? TcpState.established : TcpState.close,
          receiveQueue: socket.receiveQueue,
          sendQueue: 0,
          local: socket.local,
          remote: socket.remote ?? { address: ANY_ADDRESS, port: 0 },
        });
    for (const receiver of this.host.udpReceivers ?? []) lines.push(summaryOf(receiver));
    return lines;
  }
}

/** The kernel's own socket, as `ss -u` shows it. */
const summaryOf = ({ port, local, peer, peerPort }: UdpReceiver): SocketSummary => ({
  protocol: "udp",
  inode: 0,
  cookie: 0,
  timer: null,
  tcp: null,
  memory: null,
  state: peerPort === 0 ? TcpState.close : TcpState.established,
  receiveQueue: 0,
  sendQueue: 0,
  local: { address: local, port },
  remote: { address: peer, port: peerPort },
});
