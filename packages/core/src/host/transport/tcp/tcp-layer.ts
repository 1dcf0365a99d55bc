/** TCP of one namespace: finds the owner of each segment (`tcp_v4_rcv`) and makes sockets. */
import { Errno } from "../../../base/errno.ts";
import {
  ChecksumFault,
  type Frame,
  PacketType,
  type TcpSynOptions,
} from "../../../packet/frame.ts";
import { ANY_ADDRESS } from "../../../packet/ipv4-address.ts";
import { TcpFlag } from "../../../packet/protocol.ts";
import { SimEvent } from "../../../time/event.ts";
import type { DropReason } from "../../../trace/drop-reason.ts";
import type { Trace } from "../../../trace/trace.ts";
import type { TransportHandler } from "../../ip/ip-layer.ts";
import type { TransportSecrets } from "../secrets.ts";
import { type Endpoint, type TcpListener, type TcpSocket, TcpState } from "../socket.ts";
import { inodeOf, type SocketNumbers } from "../socket-numbers.ts";
import type { SocketSummary, TransportCounters } from "../transport.ts";
import type { TransportHost } from "../transport-host.ts";
import { answerArrives } from "./active-open.ts";
import { NEW_RENO } from "./congestion/new-reno.ts";
import type { ConnectionRequest } from "./connection-request.ts";
import type { Departure } from "./departure.ts";
import { type FlowEntry, FlowTable } from "./flow-table.ts";
import { icmpErrorArrives } from "./icmp-error.ts";
import { segmentArrives } from "./input.ts";
import { Listener } from "./listener.ts";
import { listenerReceives, requestReceives, stopListener } from "./passive-open.ts";
import { PortTable } from "./port-table.ts";
import { sendReset } from "./reset.ts";
import type { SentSegment } from "./segment.ts";
import { flowSummaries, listenerSummary } from "./socket-view.ts";
import { AckCover, newTcb, type Tcb, TcbFlag, type TcpContext } from "./tcb.ts";
import { resetConnection, TcpSocketHandle } from "./tcp-socket.ts";
import type { TimeWaits } from "./time-wait.ts";
import { timeWaitReceives } from "./time-wait-input.ts";
import { NO_ROW } from "./time-wait-table.ts";
import { timerExpired } from "./timers.ts";
import { outOfQueue } from "./transmit.ts";

/** A segment that came while another was being sent: it waits its turn (`sk_add_backlog`). */
class BackloggedSegment extends SimEvent {
  private readonly layer: TcpLayer;
  private readonly frame: Frame;

  constructor(layer: TcpLayer, frame: Frame) {
    super();
    this.layer = layer;
    this.frame = frame;
  }

  fire(): void {
    this.layer.receive(this.frame);
  }
}

export class TcpLayer implements TcpContext, TransportHandler {
  readonly host: TransportHost;
  readonly counters: TransportCounters;
  readonly numbers: SocketNumbers;
  readonly flows = new FlowTable();
  timeWaits: TimeWaits | null = null;
  departure: Departure | null = null;
  readonly covered = new AckCover();
  readonly bareAck: SentSegment = outOfQueue(0, TcpFlag.ack);
  readonly congestion = NEW_RENO;
  causeId = 0;
  byProcess = false;
  private readonly makeSecrets: () => TransportSecrets;
  private knownSecrets: TransportSecrets | null = null;
  private readonly ports: PortTable = new PortTable(this);
  private lastSynOptions: TcpSynOptions | null = null;
  private sending = 0;

  constructor(
    host: TransportHost,
    counters: TransportCounters,
    numbers: SocketNumbers,
    makeSecrets: () => TransportSecrets,
  ) {
    this.host = host;
    this.counters = counters;
    this.numbers = numbers;
    this.makeSecrets = makeSecrets;
  }

  get secrets(): TransportSecrets {
    this.knownSecrets ??= this.makeSecrets();
    return this.knownSecrets;
  }

  receive(frame: Frame): void {
    if (this.sending > 0) {
      const { engine } = this.host;
      engine.schedule(new BackloggedSegment(this, frame), engine.now);
      return;
    }
    this.counters.InSegs++;
    if (frame.packetType !== PacketType.host) return this.drop(frame, "other-host");
    if ((frame.checksumFaults & ChecksumFault.transport) !== 0) {
      this.counters.InCsumErrors++;
      this.counters.InErrs++;
      return this.drop(frame, "tcp-checksum");
    }
    this.causeId = frame.id;
    const { destination, source, destinationPort, sourcePort } = frame;
    const entry = this.flows.find(destination, source, destinationPort, sourcePort);
    const refused = entry === null ? this.toNoFlow(frame) : this.toFlow(entry, frame);
    this.causeId = 0;
    if (refused !== null) return this.drop(frame, refused);
    if (this.host.trace !== null) this.tellDelivered(this.host.trace, frame);
  }

  private tellDelivered(trace: Trace, frame: Frame): void {
    const { engine, place } = this.host;
    trace.delivered(engine.now, place, frame);
  }

  private toFlow(entry: FlowEntry, frame: Frame): DropReason | null {
    const { state } = entry;
    if (state === TcpState.newSynReceived) return this.toRequest(entry as ConnectionRequest, frame);
    const tcb = entry as Tcb;
    const refused =
      state === TcpState.synSent ? answerArrives(tcb, frame) : segmentArrives(tcb, frame);
    if (tcb.wakePending === true) this.wake(tcb);
    return refused;
  }

  private toRequest(request: ConnectionRequest, frame: Frame): DropReason | null {
    if (request.listener.closed === false) return requestReceives(request, frame);
    request.remove();
    return this.toListener(frame, null);
  }

  private toNoFlow(frame: Frame): DropReason | null {
    const waits = this.timeWaits;
    if (waits === null) return this.toListener(frame, null);
    const { destination, source, destinationPort, sourcePort } = frame;
    const row = waits.table.find(destination, source, destinationPort, sourcePort);
    if (row === NO_ROW) return this.toListener(frame, null);
    const result = timeWaitReceives(this, waits, row, frame);
    return typeof result === "number" ? this.toListener(frame, result) : result;
  }

  private toListener(frame: Frame, initialSequence: number | null): DropReason | null {
    const listener = this.ports.listenerFor(frame.destination, frame.destinationPort);
    if (listener !== null) return listenerReceives(listener, frame, initialSequence);
    sendReset(this, frame);
    return "tcp-no-socket";
  }

  private drop(frame: Frame, reason: DropReason): void {
    const { trace, engine, place } = this.host;
    if (trace !== null) trace.dropped(engine.now, place, frame, reason, null);
  }

  icmpError(error: Frame): void {
    icmpErrorArrives(this, error);
  }

  expired(tcb: Tcb, slot: number): void {
    timerExpired(tcb, slot);
    if (tcb.wakePending === true) this.wake(tcb);
  }

  wake(tcb: Tcb): void {
    tcb.flags &= ~TcbFlag.wakePending;
    tcb.onEvent?.();
  }

  released(tcb: Tcb): void {
    if (tcb.heldAddress === null || tcb.orphan === false) return;
    this.ports.give(tcb.heldAddress, tcb.localPort, null);
    tcb.heldAddress = null;
  }

  send(frame: Frame): void {
    this.sending++;
    this.host.ip.output(frame);
    this.sending--;
  }

  synOptions(mss: number, windowScale: number, sackPermitted: boolean): TcpSynOptions {
    const last = this.lastSynOptions;
    if (
      last !== null &&
      last.maximumSegmentSize === mss &&
      last.windowScale === windowScale &&
      last.sackPermitted === sackPermitted
    )
      return last;
    const made = { maximumSegmentSize: mss, windowScale, sackPermitted };
    this.lastSynOptions = made;
    return made;
  }

  socket(): TcpSocket {
    return new TcpSocketHandle(this, this.ports, newTcb(this, 0, TcbFlag.held), false);
  }

  listen(local: Endpoint, backlog: number): TcpListener | Errno {
    const { ip, sysctls } = this.host;
    const { address } = local;
    if (address !== ANY_ADDRESS && sysctls.ip_nonlocal_bind === 0 && !ip.isLocalAddress(address))
      return Errno.EADDRNOTAVAIL;
    const port = local.port === 0 ? this.ports.chooseForBind(address) : local.port;
    if (port === 0 || !this.ports.isFreeForListener(address, port)) return Errno.EADDRINUSE;
    const bounded = Math.min(backlog < 0 ? sysctls.somaxconn : backlog, sysctls.somaxconn);
    const listener = new Listener(this, address, port, bounded);
    this.ports.take(address, port, listener);
    return new TcpListenerHandle(this, this.ports, listener);
  }

  summaries(): SocketSummary[] {
    return [...this.ports.listeners().map(listenerSummary), ...flowSummaries(this)];
  }
}

class TcpListenerHandle implements TcpListener {
  private readonly context: TcpContext;
  private readonly ports: PortTable;
  private readonly listener: Listener;

  constructor(context: TcpContext, ports: PortTable, listener: Listener) {
    this.context = context;
    this.ports = ports;
    this.listener = listener;
  }

  get inode(): number {
    return inodeOf(this.listener.cookie);
  }

  get onEvent(): (() => void) | null {
    return this.listener.onEvent;
  }

  set onEvent(callback: (() => void) | null) {
    this.listener.onEvent = callback;
  }

  get local(): Endpoint {
    return { address: this.listener.address, port: this.listener.port };
  }

  accept(): TcpSocket | undefined {
    const tcb = this.listener.shift();
    if (tcb === undefined) return undefined;
    this.context.host.toa?.accepted(tcb.toldPeer);
    tcb.flags |= TcbFlag.held;
    return new TcpSocketHandle(this.context, this.ports, tcb, true);
  }

  close(): void {
    const { listener } = this;
    if (listener.closed === true) return;
    listener.onEvent = null;
    this.ports.give(listener.address, listener.port, listener);
    stopListener(listener, (tcb) => {
      tcb.flags |= TcbFlag.orphan;
      resetConnection(tcb);
    });
  }
}
