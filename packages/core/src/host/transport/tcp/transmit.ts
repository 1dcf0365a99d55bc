/** Puts one segment of a connection on its way (`__tcp_transmit_skb`), and keeps its route and MSS up to date. */
import { Errno } from "../../../base/errno.ts";
import { Frame, FrameOrigin } from "../../../packet/frame.ts";
import { packetLength } from "../../../packet/lengths.ts";
import { FragmentField, IpProtocol, TcpFlag } from "../../../packet/protocol.ts";
import type { Instant } from "../../../time/instant.ts";
import type { OutputWay } from "../../ip/output-ways.ts";
import { ADVMSS_METRIC, type RouteMetric } from "../../route/config.ts";
import type { Route } from "../../route/route.ts";
import { TcpState } from "../socket.ts";
import { millisecondsAt } from "./clock.ts";
import { earlyBlocks } from "./early-data.ts";
import { advertise, chooseCarefully, emptyWindow, isEmpty } from "./receive-window.ts";
import { SentSegment } from "./segment.ts";
import type { Setbacks } from "./setbacks.ts";
import { AckPending, setbacksOf, type Tcb, TcbFlag } from "./tcb.ts";

export const NO_OCTETS = new Uint8Array(0);
export const TIMESTAMPS_LENGTH = 12;
const HEADERS_LENGTH = 40;
const MSS_MIN = 48;
const PACKET_MAX = 65_535;
/** Milliseconds. */
export const ACK_DELAY_MIN = 40;

/** The millisecond clock of RFC 7323. */
export const timestampClock = (now: Instant, offset: number): number =>
  (millisecondsAt(now) + offset) | 0;

/** The route, looked up again when it may be out of date; null when there is none now. */
export function routeOf(tcb: Tcb): Route | null {
  const generation = tcb.context.host.routeGeneration();
  if (tcb.route !== null && generation === tcb.routeGeneration) return tcb.route;
  return findRoute(tcb, generation);
}

function findRoute(tcb: Tcb, generation: number): Route | null {
  const { host } = tcb.context;
  const route = host.ip.routeOutput(tcb.remoteAddress, tcb.localAddress, 0, 0, 0);
  if (typeof route === "number") {
    tcb.route = null;
    setbacksOf(tcb).softError = Errno.EHOSTUNREACH;
    return null;
  }
  tcb.route = route;
  tcb.routeGeneration = generation;
  syncMss(tcb, host.ip.mtuOf(route, tcb.remoteAddress));
  return route;
}

const NO_METRICS: readonly RouteMetric[] = [];

/** The MSS option for a device of `mtu` octets (`ip_default_advmss`); no packet is longer than 65,535, not on lo either. */
export const advertisedMssFor = (mtu: number): number => Math.min(mtu, PACKET_MAX) - HEADERS_LENGTH;

/** The MSS option of a connection by `route`: what the route says, else what fits (`dst_metric_advmss`). */
export function announcedMss({ config }: Route, mtu: number): number {
  const metrics = config?.metrics ?? NO_METRICS;
  return metrics.length === 0 ? advertisedMssFor(mtu) : mssByMetrics(metrics, mtu);
}

function mssByMetrics(metrics: readonly RouteMetric[], mtu: number): number {
  for (const { id, value } of metrics) if (id === ADVMSS_METRIC && value > 0) return value;
  return advertisedMssFor(mtu);
}

/** Payload of a full segment for a path of `mtu` octets (`tcp_sync_mss`). */
export function syncMss(tcb: Tcb, mtu: number): void {
  tcb.pathMtu = mtu;
  const mss = Math.max(Math.min(advertisedMssFor(mtu), tcb.peerMss), MSS_MIN);
  tcb.mss = mss - (tcb.timestamps === true ? TIMESTAMPS_LENGTH : 0);
}

/**
 * Sends `segment`: the frame's id, or 0 when there is no route. A segment with a frame's id was sent before. What the frame
 * takes from others than `tcb` and `segment`, whose shapes are known by then, is asked before it is made: V8 leaves out
 * what would only be overwritten, as long as nothing is asked in between. What is rare comes last.
 */
export function transmit(tcb: Tcb, segment: SentSegment): number {
  const { context, timestamps } = tcb;
  const { host, causeId } = context;
  let { way } = tcb;
  let route: Route | null = null;
  // a way that stands (`way.stands`) goes by the route that is known
  if (way !== null && way.generation === host.routeGeneration() && way.neighbour.ready === true)
    route = way.route;
  else {
    route = routeOf(tcb);
    if (route === null) return 0;
    way = findWay(tcb, route);
  }
  context.counters.OutSegs++;
  const { engine, sysctls } = host;
  const { flags } = segment;
  let window = 0;
  if ((flags & TcpFlag.syn) !== 0) window = Math.min(tcb.receiveWindow, 0xffff);
  else window = advertise(tcb, isEmpty(tcb) ? emptyWindow(tcb) : chooseCarefully(tcb));
  const { length, frameId } = segment;
  const now = millisecondsAt(engine.now);
  const origin = causeId === 0 ? FrameOrigin.original : FrameOrigin.answer;
  const fragment = sysctls.ip_no_pmtu_disc === 0 ? FragmentField.dontFragment : 0;
  const ttl = sysctls.ip_default_ttl;
  let size = (HEADERS_LENGTH + length) | 0;
  let value = 0;
  let echo = 0;
  if (timestamps) {
    size = (size + TIMESTAMPS_LENGTH) | 0;
    value = (now + tcb.timestampOffset) | 0;
    echo = tcb.timestampRecent;
  }
  const { identification } = tcb;
  tcb.identification = (identification + 1) & 0xffff;
  const id = engine.newFrameId();
  const frame = new Frame(id);
  frame.parentId = causeId;
  frame.origin = origin;
  frame.source = tcb.localAddress;
  frame.destination = tcb.remoteAddress;
  frame.protocol = IpProtocol.tcp;
  frame.ttl = ttl;
  frame.fragment = fragment;
  frame.identification = identification;
  frame.length = size;
  frame.sourcePort = tcb.localPort;
  frame.destinationPort = tcb.remotePort;
  frame.tcpFlags = flags;
  frame.sequenceNumber = segment.sequence;
  frame.acknowledgementNumber = tcb.receiveNext;
  frame.window = window;
  frame.hasTimestamps = timestamps;
  frame.timestampValue = value;
  frame.timestampEcho = echo;
  frame.payload = segment.octets;
  frame.payloadOffset = segment.offset;
  frame.payloadLength = length;
  frame.route = route;
  const quickAcks = tcb.quickAcks - 1;
  if (quickAcks >= 0) quickAcksLeft(tcb, quickAcks);
  if (length > 0) dataSent(tcb, now);
  if (tcb.confirmPending) confirm(tcb, way, route);
  if (tcb.ackPending !== 0) forgetOwed(tcb);
  if (frameId !== 0) markAgain(frame, frameId);
  if ((flags & TcpFlag.syn) !== 0) synHeader(tcb, route, frame);
  else if (tcb.setbacks !== null && tcb.sack) reportEarly(tcb, tcb.setbacks, frame);
  if (way !== null && frame.length <= way.mtu) way.send(frame);
  else context.send(frame);
  return id;
}

/** The way by `route`; null where there is more to it, or while none is known. */
function findWay(tcb: Tcb, route: Route): OutputWay | null {
  tcb.way = tcb.context.host.ip.wayTo(tcb.remoteAddress, route);
  return tcb.way;
}

function markAgain(frame: Frame, original: number): void {
  frame.parentId = original;
  frame.origin = FrameOrigin.retransmitted;
}

/** Next-hop neighbours of connections that make progress can be reached. */
function confirm(tcb: Tcb, way: OutputWay | null, route: Route): void {
  const { host } = tcb.context;
  tcb.flags &= ~TcbFlag.confirmPending;
  if (way !== null) way.neighbour.confirmedAt = host.engine.now;
  else host.confirmNeighbour(route, tcb.remoteAddress);
}

/** What only a SYN has, and the SYN+ACK of a simultaneous open. */
function synHeader(tcb: Tcb, route: Route, frame: Frame): void {
  const { context } = tcb;
  const { engine, sysctls } = context.host;
  // the answer of a simultaneous open has only what the other SYN had too
  const answer = tcb.state === TcpState.synReceived;
  const scale = answer ? tcb.windowScaling : sysctls.tcp_window_scaling !== 0;
  const mss = announcedMss(route, tcb.pathMtu);
  const sack = answer ? tcb.sack : sysctls.tcp_sack !== 0;
  frame.synOptions = context.synOptions(mss, scale ? tcb.receiveScale : -1, sack);
  if (!answer) {
    frame.hasTimestamps = sysctls.tcp_timestamps !== 0;
    if (frame.hasTimestamps) {
      frame.timestampValue = timestampClock(engine.now, tcb.timestampOffset);
      frame.timestampEcho = tcb.timestampRecent;
    }
  }
  frame.length = packetLength(frame);
}

function reportEarly(tcb: Tcb, setbacks: Setbacks, frame: Frame): void {
  if (tcb.earlyHead === null && setbacks.duplicate === null) return;
  frame.sackBlocks = earlyBlocks(tcb);
  frame.length = packetLength(frame);
}

function quickAcksLeft(tcb: Tcb, count: number): void {
  tcb.quickAcks = count;
  if (count === 0) tcb.ackDelay = ACK_DELAY_MIN;
}

/** An acknowledgement is on its way: none is owed any more. Before the handshake's end none was. */
function forgetOwed(tcb: Tcb): void {
  const pending = tcb.ackPending;
  tcb.ackPending = 0;
  if ((pending & AckPending.timer) !== 0) tcb.context.host.engine.timers.disarm(tcb.delayedAckSlot);
}

/** A quick answer to data means a conversation: acknowledgements may wait for the next answer (pingpong mode). */
function dataSent(tcb: Tcb, now: number): void {
  tcb.lastSent = now;
  if (((now - tcb.lastReceived) | 0) < tcb.ackDelay) tcb.flags |= TcbFlag.pingPong;
}

/** A segment that nobody will acknowledge. */
export const outOfQueue = (sequence: number, flags: number): SentSegment =>
  new SentSegment(sequence, flags, NO_OCTETS, 0, 0, 0);

/** Sends an acknowledgement without data at once. */
export function sendAck(tcb: Tcb): void {
  if (tcb.state === TcpState.close) return;
  const { bareAck } = tcb.context;
  bareAck.sequence = tcb.sendNext;
  transmit(tcb, bareAck);
}

/** Sends RST on the connection's own account (`tcp_send_active_reset`). */
export function sendActiveReset(tcb: Tcb): void {
  tcb.context.counters.OutRsts++;
  transmit(tcb, outOfQueue(tcb.sendNext, TcpFlag.rst | TcpFlag.ack));
}
