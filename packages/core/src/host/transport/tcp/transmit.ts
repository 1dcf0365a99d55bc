/** Puts one segment of a connection on its way (`__tcp_transmit_skb`), and keeps its route and MSS up to date. */
import { Errno } from "../../../base/errno.ts";
import { Frame, FrameOrigin } from "../../../packet/frame.ts";
import { packetLength } from "../../../packet/lengths.ts";
import { FragmentField, IpProtocol, TcpFlag } from "../../../packet/protocol.ts";
import type { Instant } from "../../../time/instant.ts";
import { ADVMSS_METRIC, type RouteMetric } from "../../route/config.ts";
import type { Route } from "../../route/route.ts";
import { TcpState } from "../socket.ts";
import { millisecondsAt } from "./clock.ts";
import { earlyBlocks } from "./early-data.ts";
import { advertiseWindow } from "./receive-window.ts";
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
  for (const { id, value } of config?.metrics ?? NO_METRICS)
    if (id === ADVMSS_METRIC && value > 0) return value;
  return advertisedMssFor(mtu);
}

/** Payload of a full segment for a path of `mtu` octets (`tcp_sync_mss`). */
export function syncMss(tcb: Tcb, mtu: number): void {
  tcb.pathMtu = mtu;
  const mss = Math.max(Math.min(advertisedMssFor(mtu), tcb.peerMss), MSS_MIN);
  tcb.mss = mss - (tcb.timestamps === true ? TIMESTAMPS_LENGTH : 0);
}

/** The frame's id, or 0 when there is no route. `original` is the frame whose octets are sent again, 0 for none. */
export function transmit(
  tcb: Tcb,
  flags: number,
  sequence: number,
  octets: Uint8Array,
  offset: number,
  length: number,
  original: number,
): number {
  const route = routeOf(tcb);
  if (route === null) return 0;
  if ((flags & TcpFlag.syn) !== 0) return transmitSyn(tcb, route, flags, sequence, original);
  const window = advertiseWindow(tcb);
  const now = millisecondsAt(tcb.context.host.engine.now);
  const size = HEADERS_LENGTH + length;
  const frame = newSegment(tcb, route, flags, sequence, original);
  frame.acknowledgementNumber = tcb.receiveNext;
  frame.window = window;
  if (tcb.timestamps) {
    frame.hasTimestamps = true;
    frame.timestampValue = (now + tcb.timestampOffset) | 0;
    frame.timestampEcho = tcb.timestampRecent;
    frame.length = size + TIMESTAMPS_LENGTH;
  } else frame.length = size;
  if (length > 0) {
    frame.payload = octets;
    frame.payloadOffset = offset;
    frame.payloadLength = length;
  }
  if (tcb.setbacks !== null && tcb.sack) reportEarly(tcb, tcb.setbacks, frame);
  if ((flags & TcpFlag.ack) !== 0) acknowledgementSent(tcb);
  if (length > 0) dataSent(tcb, now);
  return give(tcb, route, frame);
}

/**
 * A frame with what all segments have. What it takes is asked before it is made: V8 leaves out what would only be
 * overwritten, as long as nothing is asked in between.
 */
function newSegment(
  tcb: Tcb,
  route: Route,
  flags: number,
  sequence: number,
  original: number,
): Frame {
  const { context, identification } = tcb;
  const { engine, sysctls } = context.host;
  const { causeId } = context;
  const again = original !== 0;
  const answer = causeId === 0 ? FrameOrigin.original : FrameOrigin.answer;
  const fragment = sysctls.ip_no_pmtu_disc === 0 ? FragmentField.dontFragment : 0;
  tcb.identification = (identification + 1) & 0xffff;
  const frame = new Frame(engine.newFrameId());
  frame.parentId = again ? original | 0 : causeId;
  frame.origin = again ? FrameOrigin.retransmitted : answer;
  frame.source = tcb.localAddress;
  frame.destination = tcb.remoteAddress;
  frame.protocol = IpProtocol.tcp;
  frame.ttl = sysctls.ip_default_ttl;
  frame.fragment = fragment;
  frame.identification = identification;
  frame.sourcePort = tcb.localPort;
  frame.destinationPort = tcb.remotePort;
  frame.tcpFlags = flags | 0;
  frame.sequenceNumber = sequence | 0;
  frame.route = route;
  return frame;
}

/** Gives the frame to IP. */
function give(tcb: Tcb, route: Route, frame: Frame): number {
  const { context } = tcb;
  if (tcb.confirmPending) {
    tcb.flags &= ~TcbFlag.confirmPending;
    context.host.confirmNeighbour(route, tcb.remoteAddress);
  }
  context.counters.OutSegs++;
  const { way } = tcb;
  if (way !== null && frame.length <= way.mtu && way.stands === true) way.send(frame);
  else sendAnew(tcb, route, frame);
  return frame.id;
}

/** Sends a segment whose way is not known yet, or where there is more to it. */
function sendAnew(tcb: Tcb, route: Route, frame: Frame): void {
  const { context, remoteAddress } = tcb;
  const way = context.host.ip.wayTo(remoteAddress, route);
  tcb.way = way;
  if (way !== null && frame.length <= way.mtu) way.send(frame);
  else context.send(frame);
}

/** SYN, and the SYN+ACK of a simultaneous open. */
function transmitSyn(
  tcb: Tcb,
  route: Route,
  flags: number,
  sequence: number,
  original: number,
): number {
  const frame = newSegment(tcb, route, flags, sequence, original);
  synHeader(tcb, route, frame);
  if ((flags & TcpFlag.ack) !== 0) acknowledgementSent(tcb);
  return give(tcb, route, frame);
}

function synHeader(tcb: Tcb, route: Route, frame: Frame): void {
  const { context } = tcb;
  const { engine, sysctls } = context.host;
  // the answer of a simultaneous open has only what the other SYN had too
  const answer = tcb.state === TcpState.synReceived;
  const scale = answer ? tcb.windowScaling : sysctls.tcp_window_scaling !== 0;
  const mss = announcedMss(route, tcb.pathMtu);
  const sack = answer ? tcb.sack : sysctls.tcp_sack !== 0;
  frame.synOptions = context.synOptions(mss, scale ? tcb.receiveScale : -1, sack);
  frame.window = Math.min(tcb.receiveWindow, 0xffff);
  if (answer) frame.acknowledgementNumber = tcb.receiveNext;
  if (answer ? tcb.timestamps : sysctls.tcp_timestamps !== 0) {
    frame.hasTimestamps = true;
    frame.timestampValue = timestampClock(engine.now, tcb.timestampOffset);
    frame.timestampEcho = tcb.timestampRecent;
  }
  frame.length = packetLength(frame);
}

function reportEarly(tcb: Tcb, setbacks: Setbacks, frame: Frame): void {
  if (tcb.earlyHead === null && setbacks.duplicate === null) return;
  frame.sackBlocks = earlyBlocks(tcb);
  frame.length = packetLength(frame);
}

/** An acknowledgement is on its way: none is owed any more. */
function acknowledgementSent(tcb: Tcb): void {
  const { quickAcks } = tcb;
  if (quickAcks > 0) {
    tcb.quickAcks = quickAcks - 1;
    if (quickAcks === 1) tcb.ackDelay = ACK_DELAY_MIN;
  }
  const pending = tcb.ackPending;
  if (pending === 0) return;
  tcb.ackPending = 0;
  if ((pending & AckPending.timer) !== 0) tcb.context.host.engine.timers.disarm(tcb.delayedAckSlot);
}

/** A quick answer to data means a conversation: acknowledgements may wait for the next answer (pingpong mode). */
function dataSent(tcb: Tcb, now: number): void {
  tcb.lastSent = now;
  if (((now - tcb.lastReceived) | 0) < tcb.ackDelay) tcb.flags |= TcbFlag.pingPong;
}

/** Sends an acknowledgement without data at once. */
export function sendAck(tcb: Tcb): void {
  if (tcb.state === TcpState.close) return;
  transmit(tcb, TcpFlag.ack, tcb.sendNext, NO_OCTETS, 0, 0, 0);
}

/** Sends RST on the connection's own account (`tcp_send_active_reset`). */
export function sendActiveReset(tcb: Tcb): void {
  tcb.context.counters.OutRsts++;
  transmit(tcb, TcpFlag.rst | TcpFlag.ack, tcb.sendNext, NO_OCTETS, 0, 0, 0);
}
