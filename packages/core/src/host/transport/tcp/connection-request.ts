/**
 * A connection of which only the SYN has come (NEW_SYN_RECV, `tcp_request_sock`): a small object that repeats the
 * SYN+ACK until the last ACK makes a connection of it (`tcp_check_req`) or patience ends.
 */
import { type Frame, FrameOrigin } from "../../../packet/frame.ts";
import { ANY_ADDRESS, type Ipv4Address } from "../../../packet/ipv4-address.ts";
import { TcpFlag } from "../../../packet/protocol.ts";
import type { Instant } from "../../../time/instant.ts";
import { type SlotHolder, UNARMED } from "../../../time/timer.ts";
import type { OutputWay } from "../../ip/output-ways.ts";
import type { Route } from "../../route/route.ts";
import { portPair } from "../secrets.ts";
import { TcpState } from "../socket.ts";
import { microsecondsAt, millisecondsAt } from "./clock.ts";
import { agreeOptions, beginTransfer, initialiseTransfer, startOf } from "./establish.ts";
import type { FlowEntry } from "./flow-table.ts";
import type { Listener } from "./listener.ts";
import { replyBy } from "./reset.ts";
import { RTO_MAX, sampleRtt } from "./rto.ts";
import {
  INITIAL_RTO,
  newTcb,
  setbacksOf,
  setState,
  type Tcb,
  TcbFlag,
  type TcpContext,
} from "./tcb.ts";
import type { Terms } from "./terms.ts";
import { timestampClock } from "./transmit.ts";

/** A request that `syn` makes: `route` is that of the answer, `initialSequence` null for one chosen by the flow's hash. */
export function requestFor(
  listener: Listener,
  syn: Frame,
  route: Route,
  initialSequence: number | null,
): ConnectionRequest {
  const { context } = listener;
  const terms = listener.termsFor(syn, route);
  const cookie = context.numbers.next();
  const request = new ConnectionRequest(listener, context, syn, route, terms, cookie);
  request.prepare(initialSequence);
  return request;
}

export class ConnectionRequest implements SlotHolder, FlowEntry {
  // as in `Tcb`, also in that they are set twice: V8 takes what is set once for another kind of field
  localAddress: Ipv4Address = ANY_ADDRESS;
  remoteAddress: Ipv4Address = ANY_ADDRESS;
  localPort = 0;
  remotePort = 0;
  flowHash = 0;
  nextInBucket: FlowEntry | null = null;
  state: TcpState = TcpState.close;
  /** The wheel's; held from `start` on. */
  slot = UNARMED;
  readonly cookie: number;
  readonly context: TcpContext;
  readonly listener: Listener;
  /** When the answer is sent again: milliseconds. */
  due = 0;
  readonly syn: Frame;
  /** What is answered to it. */
  readonly terms: Terms;
  initialSequence: number;
  readonly receiveNext: number;
  private route: Route;
  private routeGeneration = 0;
  /** By which the answer went; null where it is not known. */
  private way: OutputWay | null = null;
  timestampOffset = 0;
  timestampRecent: number;
  /** Microseconds. */
  madeAt = 0;
  timeouts = 0;
  repeats = 0;
  synAckId = 0;
  outOfWindowAckAt: number | null = null;
  /** Low six bits of the clock that a SYN cookie's SYN+ACK carries; −1 for the clock itself. */
  private stampBits = -1;

  /** For `requestFor` only, which sets the rest: V8 makes an object faster when it need not ask anything meanwhile. */
  constructor(
    listener: Listener,
    context: TcpContext,
    syn: Frame,
    route: Route,
    terms: Terms,
    cookie: number,
  ) {
    this.state = TcpState.newSynReceived;
    this.context = context;
    this.cookie = cookie;
    this.listener = listener;
    this.localAddress = syn.destination;
    this.remoteAddress = syn.source;
    this.localPort = syn.destinationPort;
    this.remotePort = syn.sourcePort;
    this.syn = syn;
    this.initialSequence = 0;
    this.receiveNext = (syn.sequenceNumber + 1) | 0;
    this.route = route;
    this.terms = terms;
    this.timestampRecent = syn.timestampValue;
  }

  /** `initialSequence` null: chosen by the flow's hash. */
  prepare(initialSequence: number | null): void {
    const { context, localAddress, remoteAddress } = this;
    const { host, secrets } = context;
    const { now } = host.engine;
    this.madeAt = microsecondsAt(now);
    const ports = portPair(this.localPort, this.remotePort);
    this.initialSequence =
      initialSequence ?? secrets.initialSequence(localAddress, remoteAddress, ports, now);
    this.timestampOffset = secrets.timestampOffset(localAddress, remoteAddress);
    this.routeGeneration = host.routeGeneration();
  }

  /** The SYN+ACK's timestamp shall carry `bits`, never ahead of the clock. */
  stampWith(bits: number): void {
    this.stampBits = bits;
  }

  private stamp(): number {
    const { now } = this.context.host.engine;
    if (this.stampBits < 0) return timestampClock(now, this.timestampOffset);
    let clock = (timestampClock(now, 0) & ~0x3f) | this.stampBits;
    if (clock > timestampClock(now, 0)) clock -= 64;
    return (clock + this.timestampOffset) | 0;
  }

  /** Enters the flow table and sends the first SYN+ACK. */
  start(): void {
    this.context.flows.add(this);
    this.listener.requests++;
    this.slot = this.context.host.engine.timers.hold(this);
    this.sendSynAck();
    this.wait(this.context.host.engine.now, INITIAL_RTO);
  }

  /** `reqsk_timer_handler`. */
  slotFired(): void {
    const { engine, sysctls } = this.context.host;
    if (this.timeouts >= sysctls.tcp_synack_retries) return this.remove();
    this.timeouts++;
    this.sendSynAck();
    this.rearm(engine.now);
  }

  /** The client repeated its SYN: so do we with our answer. */
  answerAgain(): void {
    this.sendSynAck();
    this.rearm(this.context.host.engine.now);
  }

  private rearm(now: Instant): void {
    const delay = Math.min(INITIAL_RTO * (1 << Math.min(this.timeouts, 7)), RTO_MAX);
    this.wait(now, delay);
  }

  private wait(now: Instant, delay: number): void {
    this.due = (millisecondsAt(now) + delay) | 0;
    this.context.host.engine.timers.armHeld(this.slot, delay);
  }

  remove(): void {
    if (this.slot !== UNARMED) this.context.host.engine.timers.release(this.slot);
    this.slot = UNARMED;
    if (this.context.flows.remove(this)) this.listener.requests--;
  }

  /** The route, looked up again when it may be out of date; null when there is none now. */
  private routeNow(): Route | null {
    const { host } = this.context;
    const generation = host.routeGeneration();
    if (generation === this.routeGeneration) return this.route;
    const route = host.ip.routeOutput(this.remoteAddress, this.localAddress, 0, 0, 0);
    if (typeof route === "number") return null;
    this.route = route;
    this.routeGeneration = generation;
    return route;
  }

  /** SYN+ACK (`tcp_make_synack`), without an IP identification. */
  sendSynAck(): void {
    const { context, syn, terms } = this;
    const { timestamps, receiveWindow, options } = terms;
    const route = this.routeNow();
    if (route === null) return;
    const value = timestamps === true ? this.stamp() : 0;
    const echo = timestamps === true ? this.timestampRecent : 0;
    const frame = replyBy(route, context, syn);
    frame.tcpFlags = TcpFlag.syn | TcpFlag.ack;
    frame.sequenceNumber = this.initialSequence;
    frame.acknowledgementNumber = this.receiveNext;
    frame.window = Math.min(receiveWindow, 0xffff);
    frame.hasTimestamps = timestamps;
    frame.timestampValue = value;
    frame.timestampEcho = echo;
    frame.synOptions = options;
    if (this.synAckId === 0) this.synAckId = frame.id;
    else this.repeat(frame);
    this.sendBy(route, frame);
  }

  /** `frame` was sent before. */
  private repeat(frame: Frame): void {
    frame.parentId = this.synAckId;
    frame.origin = FrameOrigin.retransmitted;
    this.repeats++;
    this.context.counters.RetransSegs++;
  }

  private sendBy(route: Route, frame: Frame): void {
    const { context, terms } = this;
    frame.length = terms.lengthOf(frame);
    context.counters.OutSegs++;
    const way = context.host.ip.wayTo(this.remoteAddress, route);
    this.way = way;
    if (way !== null && frame.length <= way.mtu) way.send(frame);
    else context.send(frame);
  }

  /** The connection that the last ACK, `frame`, makes (`tcp_create_openreq_child`); ESTABLISHED, in the flow table. */
  becomeConnection(frame: Frame): Tcb {
    const { context, terms } = this;
    const { host } = context;
    const tcb = newTcb(context, this.cookie, TcbFlag.passive);
    tcb.localAddress = this.localAddress;
    tcb.remoteAddress = this.remoteAddress;
    tcb.localPort = this.localPort;
    tcb.remotePort = this.remotePort;
    tcb.timestampOffset = this.timestampOffset;
    tcb.identification = context.secrets.identification();
    this.takeSequences(tcb);
    const start = terms.generation === host.routeGeneration() ? terms.start : null;
    if (start === null) this.agree(tcb);
    else {
      tcb.receiveBuffer = terms.receiveBuffer;
      start.give(tcb);
    }
    tcb.timestampRecent = this.timestampRecent;
    tcb.sendWindow = frame.window << tcb.sendScale;
    tcb.maxWindow = Math.max(tcb.sendWindow, this.syn.window);
    if (this.repeats > 0) setbacksOf(tcb).totalRetransmits = this.repeats;
    context.counters.PassiveOpens++;
    tcb.state = TcpState.newSynReceived;
    setState(tcb, TcpState.established);
    this.giveWay(tcb);
    if (host.toa !== null) tcb.toldPeer = host.toa.peerOf(frame);
    if (this.repeats === 0)
      sampleRtt(tcb, Math.max(1, (microsecondsAt(host.engine.now) - this.madeAt) | 0));
    if (start === null) this.beginAnew(tcb);
    else {
      tcb.pathMtu = terms.pathMtu;
      beginTransfer(tcb);
      tcb.timestampRecentAt = tcb.lastReceived;
    }
    return tcb;
  }

  /** The options, where the last connection is no example. */
  private agree(tcb: Tcb): void {
    const { terms, context } = this;
    tcb.receiveBuffer = context.host.sysctls.tcp_rmem_default;
    tcb.receiveThreshold = terms.receiveWindow;
    tcb.receiveScale = terms.receiveScale;
    tcb.windowClamp = 0xffff << terms.receiveScale;
    tcb.advertisedMss = terms.mss;
    agreeOptions(tcb, this.syn);
  }

  private beginAnew(tcb: Tcb): void {
    const { terms } = this;
    const { ip } = this.context.host;
    tcb.pathMtu = ip.mtuOf(this.route, this.remoteAddress);
    initialiseTransfer(tcb);
    if (terms.generation === tcb.routeGeneration) terms.start = startOf(tcb);
  }

  /** `tcb` takes its place in the flow table, its timer and its route. */
  private giveWay(tcb: Tcb): void {
    const { flows, host } = this.context;
    if (flows.replace(this, tcb)) this.listener.requests--;
    else flows.add(tcb);
    tcb.flags |= TcbFlag.hashed;
    tcb.transmitSlot = host.engine.timers.handOver(this.slot, tcb);
    this.slot = UNARMED;
    tcb.route = this.route;
    tcb.routeGeneration = this.routeGeneration;
    tcb.way = this.way;
  }

  private takeSequences(tcb: Tcb): void {
    const next = (this.initialSequence + 1) | 0;
    tcb.initialSequence = this.initialSequence;
    tcb.sendUnacknowledged = next;
    tcb.sendNext = next;
    tcb.writeEnd = next;
    tcb.smallSent = next;
    tcb.rttSequence = next;
    tcb.receiveNext = this.receiveNext;
    tcb.receiveFirst = this.receiveNext;
    tcb.receiveUpdate = this.receiveNext;
    tcb.sendWindowSequence = this.syn.sequenceNumber;
    tcb.receiveWindow = this.terms.receiveWindow;
  }
}
