/**
 * The SYN proxy of Alibaba's fork (`-j enable`, ip_vs_synproxy.c): nobody remembers a client before it has answered.
 *
 * 1. Every SYN to such a service gets a SYN+ACK whose sequence number is a cookie, whatever entries there are.
 * 2. A segment that acknowledges a cookie makes an entry in SYN_SENT; the server gets a SYN of our own, up to
 *    vs.synproxy_syn_retry times more, and the client's segments wait. This is asked of every TCP service, because the
 *    switch may have been turned since the SYN: a segment that belongs to no connection and bears no cookie is dropped.
 * 3. The server's SYN+ACK ends here, and what waits goes on; a RST is passed on, where the client expects it.
 * 4. From then on the server's numbers are shifted by the difference of cookie and its own, and so is what the client
 *    acknowledges, the other way.
 *
 * It needs the server's answers: with direct routing and tunnels no connection comes about, as in the fork. Left out: IPv6.
 */
import type { NetDevice } from "../../../link/net-device.ts";
import { copyFrame } from "../../../packet/copy-frame.ts";
import { type Frame, FrameOrigin } from "../../../packet/frame.ts";
import { IpProtocol, TcpFlag } from "../../../packet/protocol.ts";
import type { DropReason } from "../../../trace/drop-reason.ts";
import type { Decider } from "../../../trace/trace.ts";
import { Verdict } from "../../netfilter/hook.ts";
import type { Admission } from "../admission.ts";
import { type Connection, ConnectionFlag, NO_CONNECTION } from "../connection.ts";
import type { HandshakeKeeper } from "../connections.ts";
import type { IpvsContext } from "../context.ts";
import type { FullNatHost } from "../host.ts";
import type { Protocol } from "../protocol/protocol.ts";
import { TcpConnectionState } from "../protocol/tcp-state-table.ts";
import { shiftAcknowledgement, shiftSequence } from "../sequence-shift.ts";
import type { VirtualService } from "../virtual-service.ts";
import { type CookieData, SynCookies } from "./cookies.ts";
import { SynProxyCounters } from "./counters.ts";
import { Handshake, type Handshakes } from "./handshakes.ts";
import { serverSyn, turnRound } from "./segments.ts";

const OPENING = TcpFlag.syn | TcpFlag.ack | TcpFlag.rst | TcpFlag.fin;
const sysctl = (name: string): Decider => ({ describe: () => `net.ipv4.vs.synproxy_${name}` });
const DEFER = sysctl("defer");
const STORE = sysctl("ack_skb_store_thresh");
const STORM = sysctl("ack_storm_thresh");

/** Where segments of clients go on. */
export interface Passage {
  pass(frame: Frame, connection: Connection, protocol: Protocol, input: NetDevice | null): Verdict;
}

export class SynProxy implements HandshakeKeeper {
  readonly counters = new SynProxyCounters();
  private readonly context: IpvsContext;
  private readonly fullNat: FullNatHost;
  private readonly admission: Admission;
  private readonly passage: Passage;
  private readonly cookies: SynCookies;
  private readonly handshakes: Handshakes = new Map();
  /** Of a segment that was dealt with. */
  verdict: Verdict = Verdict.accept;

  constructor(context: IpvsContext, fullNat: FullNatHost, admission: Admission, passage: Passage) {
    this.context = context;
    this.fullNat = fullNat;
    this.admission = admission;
    this.passage = passage;
    this.cookies = new SynCookies(context.host.rng);
  }

  /** Step 1; whether the segment was dealt with: it is a SYN to such a service. */
  receiveSyn(frame: Frame): boolean {
    if ((frame.tcpFlags & OPENING) !== TcpFlag.syn) return false;
    const { context } = this;
    const service = this.serviceOf(frame);
    if (service === null || service.config.synProxy !== true) return false;
    if (!hasWeight(service)) return this.refuse(frame, "ipvs-no-destination", service);
    if (context.defence.refuses()) return this.refuse(frame, "ipvs-drop-rate", service);
    this.counters.synproxy_syn_cnt++;
    const { engine, trace, place } = context.host;
    const { now } = engine;
    const answer = turnRound(frame, engine.newFrameId(), this.fullNat.synProxy, now, (data) =>
      this.cookies.make(frame, frame.sequenceNumber, data, now),
    );
    if (trace !== null) trace.delivered(now, place, frame);
    this.send(answer, frame.inputInterface, service);
    return this.keep();
  }

  /** Step 2, for a segment without a connection; whether it was dealt with: it might bear a cookie, and there is a service. */
  receiveAck(frame: Frame, protocol: Protocol, input: NetDevice | null): boolean {
    if ((frame.tcpFlags & OPENING) !== TcpFlag.ack) return false;
    const service = this.serviceOf(frame);
    if (service === null) return false;
    const { counters } = this;
    if (this.fullNat.synProxy.defer !== 0 && frame.payloadLength === 0) {
      counters.synproxy_null_ack++;
      return this.refuse(frame, "ipvs-syn-proxy-deferred", DEFER);
    }
    const data = this.read(frame);
    if (data === null) {
      counters.synproxy_bad_ack++;
      return this.refuse(frame, "ipvs-bad-syn-cookie", service);
    }
    counters.synproxy_ok_ack++;
    const connection = this.admission.admitAnyway(frame, protocol, input);
    if (connection !== NO_CONNECTION) {
      this.begin(frame, connection, data, input);
      return this.keep();
    }
    this.verdict = this.admission.verdict;
    return this.verdict !== Verdict.accept;
  }

  /** Step 2, for a segment whose flow has an entry that is over: a good cookie begins it anew with the same server. */
  takesOver(frame: Frame, connection: Connection, input: NetDevice | null): boolean {
    if ((frame.tcpFlags & OPENING) !== TcpFlag.ack) return false;
    if (!this.isReusable(this.context.rows.state(connection))) return false;
    if (this.fullNat.synProxy.defer !== 0 && frame.payloadLength === 0) return false;
    const data = this.read(frame);
    if (data === null) return false;
    this.counters.countReuse(this.context.rows.state(connection));
    this.ended(connection);
    this.begin(frame, connection, data, input);
    return true;
  }

  /** A segment of the client on a connection that began with a cookie: translated; or STOLEN, it waits; or DROP. */
  translateRequest(frame: Frame, connection: Connection): Verdict {
    const handshake = this.handshakes.get(connection);
    if (handshake === undefined) return Verdict.accept;
    if (this.context.rows.state(connection) === TcpConnectionState.synSent)
      return (frame.tcpFlags & TcpFlag.rst) !== 0 ? Verdict.accept : this.hold(frame, handshake);
    if (frame.payloadLength === 0 && (frame.tcpFlags & OPENING) === TcpFlag.ack) {
      if (handshake.acknowledged !== frame.acknowledgementNumber) {
        handshake.acknowledged = frame.acknowledgementNumber;
        handshake.repeats = 0;
      } else if (++handshake.repeats >= this.fullNat.synProxy.ack_storm_thresh) {
        this.counters.synproxy_ackstorm++;
        return this.context.drop(frame, "ipvs-ack-storm", STORM);
      }
    }
    shiftAcknowledgement(frame, -handshake.delta);
    return Verdict.accept;
  }

  /** A segment of the server, likewise: translated, or STOLEN. */
  translateAnswer(frame: Frame, connection: Connection, protocol: Protocol): Verdict {
    const handshake = this.handshakes.get(connection);
    if (handshake === undefined) return Verdict.accept;
    if (this.context.rows.state(connection) === TcpConnectionState.synSent) {
      const { syn, ack, rst } = TcpFlag;
      if ((frame.tcpFlags & (syn | ack | rst)) === (syn | ack)) {
        this.establish(frame, connection, handshake, protocol);
        return Verdict.stolen;
      }
      if ((frame.tcpFlags & rst) !== 0) {
        this.counters.synproxy_rs_error++;
        this.answered(handshake);
        frame.sequenceNumber = handshake.expected;
        this.move(connection, TcpConnectionState.close, frame);
        return Verdict.accept;
      }
    }
    shiftSequence(frame, handshake.delta);
    return Verdict.accept;
  }

  retries(connection: Connection): boolean {
    const { rows, connections } = this.context;
    if (rows.state(connection) !== TcpConnectionState.synSent) return false;
    const handshake = this.handshakes.get(connection);
    if (handshake === undefined || handshake.retriesLeft <= 0) return false;
    handshake.retriesLeft--;
    this.sendSyn(connection, handshake, FrameOrigin.retransmitted);
    connections.refresh(connection);
    return true;
  }

  ended(connection: Connection): void {
    const handshake = this.handshakes.get(connection);
    if (handshake === undefined) return;
    this.handshakes.delete(connection);
    this.answered(handshake);
    for (const frame of handshake.held)
      this.context.dropFor(frame, "ipvs-syn-proxy-no-answer", connection);
  }

  private refuse(frame: Frame, reason: DropReason, decider: Decider): boolean {
    this.verdict = this.context.drop(frame, reason, decider);
    return true;
  }

  private keep(): boolean {
    this.verdict = Verdict.stolen;
    return true;
  }

  private serviceOf(frame: Frame): VirtualService | null {
    return this.context.services.find(
      frame.mark,
      IpProtocol.tcp,
      frame.destination,
      frame.destinationPort,
    );
  }

  private read(ack: Frame): CookieData | null {
    const { now } = this.context.host.engine;
    const cookie = (ack.acknowledgementNumber - 1) | 0;
    return this.cookies.read(ack, (ack.sequenceNumber - 1) | 0, cookie, now);
  }

  private isReusable(state: number): boolean {
    const { synProxy } = this.fullNat;
    if (synProxy.conn_reuse === 0) return false;
    switch (state) {
      case TcpConnectionState.close:
        return synProxy.conn_reuse_close !== 0;
      case TcpConnectionState.timeWait:
        return synProxy.conn_reuse_time_wait !== 0;
      case TcpConnectionState.finWait:
        return synProxy.conn_reuse_fin_wait !== 0;
      case TcpConnectionState.closeWait:
        return synProxy.conn_reuse_close_wait !== 0;
      case TcpConnectionState.lastAck:
        return synProxy.conn_reuse_last_ack !== 0;
      default:
        return false;
    }
  }

  /** The client is there: the server hears of it, and its segment waits. */
  private begin(
    ack: Frame,
    connection: Connection,
    data: CookieData,
    input: NetDevice | null,
  ): void {
    const { context, fullNat } = this;
    const { engine } = context.host;
    const handshake = new Handshake(
      serverSyn(ack, engine.newFrameId(), data, engine.now),
      ack.acknowledgementNumber,
      input,
      fullNat.synProxy.syn_retry,
    );
    this.handshakes.set(connection, handshake);
    this.counters.synproxy_synsend_qlen++;
    context.rows.raise(connection, ConnectionFlag.synProxied);
    this.move(connection, TcpConnectionState.synSent, ack);
    this.hold(ack, handshake);
    this.sendSyn(connection, handshake, FrameOrigin.answer);
    context.connections.refresh(connection);
  }

  /** The server has spoken, or nobody waits for it any more. */
  private answered(handshake: Handshake): void {
    if (!handshake.waiting) return;
    handshake.waiting = false;
    this.counters.synproxy_synsend_qlen--;
  }

  private hold(frame: Frame, handshake: Handshake): Verdict {
    if (handshake.held.length >= this.fullNat.synProxy.ack_skb_store_thresh)
      return this.context.drop(frame, "ipvs-syn-proxy-store-full", STORE);
    handshake.held.push(frame);
    return Verdict.stolen;
  }

  private sendSyn(connection: Connection, handshake: Handshake, origin: FrameOrigin): void {
    const { context } = this;
    const { rows, estimator, forwarders } = context;
    const syn = copyFrame(handshake.syn, context.host.engine.newFrameId());
    syn.origin = origin;
    if (origin === FrameOrigin.retransmitted) syn.parentId = handshake.syn.id;
    estimator.countIn(rows.server(connection), syn.length);
    forwarders.of(rows.method(connection)).forward(syn, connection, handshake.input, false);
  }

  private establish(
    synAck: Frame,
    connection: Connection,
    handshake: Handshake,
    protocol: Protocol,
  ): void {
    const { context, passage } = this;
    const { trace, engine, place } = context.host;
    this.answered(handshake);
    handshake.delta = (handshake.expected - 1 - synAck.sequenceNumber) | 0;
    const local = context.rows.local(connection);
    if (local !== null) local.serverData = (synAck.sequenceNumber + 1) | 0;
    this.move(connection, TcpConnectionState.established, synAck);
    if (trace !== null) trace.delivered(engine.now, place, synAck);
    context.connections.refresh(connection);
    const { held } = handshake;
    handshake.held = [];
    for (const frame of held) passage.pass(frame, connection, protocol, handshake.input);
  }

  private move(connection: Connection, state: number, cause: Frame): void {
    const { rows, protocols, host } = this.context;
    const before = rows.state(connection);
    protocols.tcp.enter(connection, state);
    if (host.trace === null || before === state) return;
    const { tcp } = IpProtocol;
    const name = rows.nameOf(connection);
    host.trace.note("connection", host.engine.now, host.place, cause, name, before, state, tcp);
  }

  /** Out of the device on which the SYN came in, to whom it came from; by a route where there is no link header. */
  private send(answer: Frame, device: number, service: VirtualService): void {
    const { fullNat, context } = this;
    if (fullNat.linkMtu(device) > 0) return fullNat.transmit(answer, device);
    const { ip } = context.host;
    const route = ip.routeOutput(answer.destination, answer.source, 0, answer.mark, 0);
    if (typeof route === "number") {
      context.drop(answer, "ip-no-route", service);
      return;
    }
    answer.route = route;
    ip.output(answer);
  }
}

function hasWeight(service: VirtualService): boolean {
  const { destinations } = service;
  for (let i = 0; i < destinations.length; i++) if ((destinations[i]?.weight ?? 0) > 0) return true;
  return false;
}
