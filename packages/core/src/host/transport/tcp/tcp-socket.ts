/** The application's side of a TCP connection: connect, send, recv, shutdown, close (net/ipv4/tcp.c, af_inet.c). */
import { Errno } from "../../../base/errno.ts";
import { ANY_ADDRESS, type Ipv4Address } from "../../../packet/ipv4-address.ts";
import { RouteType } from "../../route/config.ts";
import { type Endpoint, type TcpSocket, TcpState } from "../socket.ts";
import { inodeOf } from "../socket-numbers.ts";
import { acknowledgeAfterRead } from "./ack-policy.ts";
import { depart, open } from "./active-open.ts";
import { abortWith, becomeTimeWait, finish, finTime } from "./close.ts";
import { readQueue } from "./data-input.ts";
import { Departure } from "./departure.ts";
import { armFinWait, queued, sendBuffer } from "./input.ts";
import { pushPending } from "./output.ts";
import type { PortTable } from "./port-table.ts";
import { adjustReceiveSpace } from "./receive-window.ts";
import { Chunk } from "./segment.ts";
import { newTcb, Shutdown, setState, type Tcb, TcbFlag, type TcpContext } from "./tcb.ts";
import { TIME_WAIT_LENGTH } from "./time-wait.ts";
import { NO_OCTETS, sendActiveReset } from "./transmit.ts";

const LOOPBACK = 0x7f000001 as Ipv4Address;

export class TcpSocketHandle implements TcpSocket {
  private readonly context: TcpContext;
  private readonly ports: PortTable;
  private tcb: Tcb;
  private connected: boolean;

  /** `tcb` is held already; `connected`: a listener accepted it. */
  constructor(context: TcpContext, ports: PortTable, tcb: Tcb, connected: boolean) {
    this.context = context;
    this.ports = ports;
    this.tcb = tcb;
    this.connected = connected;
  }

  get onEvent(): (() => void) | null {
    return this.tcb.onEvent;
  }

  set onEvent(callback: (() => void) | null) {
    this.tcb.onEvent = callback;
  }

  get inode(): number {
    return inodeOf(this.tcb.cookie);
  }

  get state(): TcpState {
    return this.tcb.state;
  }

  get local(): Endpoint {
    return { address: this.tcb.localAddress, port: this.tcb.localPort };
  }

  get remote(): Endpoint | null {
    if (!this.connected) return null;
    const { toldPeer } = this.tcb;
    if (toldPeer !== null && this.context.host.toa !== null) return toldPeer;
    return { address: this.tcb.remoteAddress, port: this.tcb.remotePort };
  }

  get available(): number {
    return this.tcb.available;
  }

  takeError(): Errno {
    return this.tcb.setbacks?.takeError() ?? 0;
  }

  bind(local: Endpoint): Errno {
    const { tcb, ports, context } = this;
    const { ip, sysctls } = context.host;
    const { address } = local;
    if (tcb.state !== TcpState.close || tcb.localPort !== 0) return Errno.EINVAL;
    if (address !== ANY_ADDRESS && sysctls.ip_nonlocal_bind === 0 && !ip.isLocalAddress(address))
      return Errno.EADDRNOTAVAIL;
    if (local.port !== 0 && !ports.isFree(address, local.port)) return Errno.EADDRINUSE;
    const port = local.port === 0 ? ports.chooseForBind(address) : local.port;
    if (port === 0) return Errno.EADDRINUSE;
    tcb.localAddress = address;
    tcb.localPort = port;
    tcb.heldAddress = address;
    ports.take(address, port, null);
    return 0;
  }

  connect(remote: Endpoint): Errno {
    if (this.tcb.state === TcpState.synSent) return Errno.EALREADY;
    if (this.tcb.state !== TcpState.close) return Errno.EISCONN;
    if (this.connected) this.renew();
    const { tcb, context } = this;
    const destination = remote.address === ANY_ADDRESS ? LOOPBACK : remote.address;
    const departure = this.departureTo(destination);
    if (typeof departure === "number") return departure;
    const { source } = departure;
    if (tcb.localPort === 0) {
      const port = this.ports.chooseForConnect(source, destination, remote.port);
      if (port === 0) return Errno.EADDRNOTAVAIL;
      tcb.localPort = port;
    } else if (this.ports.isFlow(source, destination, tcb.localPort, remote.port))
      return Errno.EADDRNOTAVAIL;
    tcb.localAddress = source;
    tcb.remoteAddress = destination;
    tcb.remotePort = remote.port;
    if (departure.lasts) departure.give(tcb);
    else depart(tcb, departure);
    this.connected = true;
    tcb.lockedAt = context.host.engine.now | 0;
    tcb.flags |= TcbFlag.hashed;
    context.flows.add(tcb);
    context.byProcess = true;
    open(tcb);
    context.byProcess = false;
    departure.way = tcb.way;
    return 0;
  }

  private departureTo(destination: Ipv4Address): Departure | Errno {
    const { departure, host } = this.context;
    if (departure?.leads(destination, host.routeGeneration()) !== true)
      return this.findDeparture(destination);
    return this.tcb.localAddress === ANY_ADDRESS ? departure : this.findDeparture(destination);
  }

  private findDeparture(destination: Ipv4Address): Departure | Errno {
    const { context } = this;
    const { ip } = context.host;
    const { localAddress: bound } = this.tcb;
    const route = ip.routeOutput(destination, bound, 0, 0, 0);
    if (typeof route === "number") return -route as Errno;
    if (route.type === RouteType.broadcast || route.type === RouteType.multicast)
      return Errno.ENETUNREACH;
    // it has an address already if it was bound to one
    if (bound !== ANY_ADDRESS) return new Departure(destination, bound);
    const departure = new Departure(destination, ip.sourceFor(route, destination));
    context.departure = departure;
    return departure;
  }

  /** The same socket after a failed attempt: a new connection, the old binding. */
  private renew(): void {
    const old = this.tcb;
    const fresh = newTcb(this.context, old.cookie, TcbFlag.held);
    fresh.onEvent = old.onEvent;
    if (old.heldAddress !== null) {
      fresh.localAddress = old.heldAddress;
      fresh.heldAddress = old.heldAddress;
      fresh.localPort = old.localPort;
    }
    old.onEvent = null;
    this.tcb = fresh;
  }

  send(octets: Uint8Array): number {
    const { tcb } = this;
    if (tcb.setbacks !== null && tcb.setbacks.error !== 0) return -this.takeError();
    if ((tcb.shutdown & Shutdown.send) !== 0) return -Errno.EPIPE;
    if (tcb.state !== TcpState.established && tcb.state !== TcpState.closeWait)
      return tcb.state === TcpState.close ? -Errno.EPIPE : -Errno.EAGAIN;
    const room = sendBuffer(tcb) - queued(tcb);
    const count = Math.min(room, octets.length);
    if (count < octets.length) tcb.flags |= TcbFlag.wantsSpace;
    if (count <= 0) return octets.length === 0 ? 0 : -Errno.EAGAIN;
    const chunk = new Chunk(octets, 0, count, 0);
    if (tcb.writeTail === null) tcb.writeHead = chunk;
    else tcb.writeTail.next = chunk;
    tcb.writeTail = chunk;
    tcb.unsent += count;
    tcb.writeEnd = (tcb.writeEnd + count) | 0;
    pushByProcess(tcb);
    return count;
  }

  receive(max: number): Uint8Array | null {
    const { tcb } = this;
    if (tcb.available > 0 && max > 0) {
      const octets = readQueue(tcb, max);
      adjustReceiveSpace(tcb, octets.length);
      if (tcb.state !== TcpState.close) acknowledgeAfterRead(tcb);
      return octets;
    }
    if (tcb.setbacks !== null && tcb.setbacks.error !== 0) return null;
    const ended = tcb.finReceived || (tcb.shutdown & Shutdown.receive) !== 0;
    return ended && this.connected ? NO_OCTETS : null;
  }

  shutdown(): void {
    const { tcb } = this;
    if (tcb.state === TcpState.synSent) return finish(tcb);
    if (tcb.state === TcpState.established || tcb.state === TcpState.closeWait) {
      tcb.shutdown |= Shutdown.send;
      queueFin(tcb);
    }
  }

  close(): void {
    const { tcb, context } = this;
    if (tcb.orphan) return;
    const unread = tcb.available > 0;
    const { state } = tcb;
    tcb.shutdown = Shutdown.receive | Shutdown.send;
    tcb.flags |= TcbFlag.orphan;
    tcb.onEvent = null;
    dropUnread(tcb);
    if (state === TcpState.close) return context.released(tcb);
    if (unread) {
      context.counters.TCPAbortOnClose++;
      sendActiveReset(tcb);
      return finish(tcb);
    }
    if (state === TcpState.synSent) return finish(tcb);
    queueFin(tcb);
    if (tcb.state !== TcpState.finWait2) return;
    const patience = finTime(tcb);
    if (patience > TIME_WAIT_LENGTH) armFinWait(tcb, patience - TIME_WAIT_LENGTH);
    else becomeTimeWait(tcb, TcpState.finWait2, patience);
  }

  abort(): void {
    const { tcb } = this;
    if (tcb.orphan) return;
    tcb.flags |= TcbFlag.orphan;
    tcb.onEvent = null;
    dropUnread(tcb);
    resetConnection(tcb);
  }
}

/** Ends a connection with RST where the peer has to know (`tcp_disconnect`). */
export function resetConnection(tcb: Tcb): void {
  switch (tcb.state) {
    case TcpState.close:
      return tcb.context.released(tcb);
    case TcpState.established:
    case TcpState.closeWait:
    case TcpState.finWait1:
    case TcpState.finWait2:
    case TcpState.synReceived:
      sendActiveReset(tcb);
  }
  abortWith(tcb, Errno.ECONNRESET);
}

function dropUnread(tcb: Tcb): void {
  tcb.receiveHead = tcb.receiveTail = null;
  tcb.available = 0;
  tcb.receiveMemory = 0;
}

/** FIN behind all that was written (`tcp_close_state`, `tcp_send_fin`). */
function queueFin(tcb: Tcb): void {
  if (tcb.state === TcpState.closeWait) setState(tcb, TcpState.lastAck);
  else if (tcb.state === TcpState.established || tcb.state === TcpState.synReceived)
    setState(tcb, TcpState.finWait1);
  else return;
  tcb.writeEnd = (tcb.writeEnd + 1) | 0;
  pushByProcess(tcb);
}

function pushByProcess(tcb: Tcb): void {
  const { context } = tcb;
  context.byProcess = true;
  pushPending(tcb);
  context.byProcess = false;
}
