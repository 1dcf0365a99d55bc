/** The moment at which a connection becomes ESTABLISHED (`tcp_finish_connect`, SYN-RECEIVED's fifth check). */
import type { Frame } from "../../../packet/frame.ts";
import { TcpState } from "../socket.ts";
import { microsecondsAt, millisecondsAt } from "./clock.ts";
import { Start } from "./departure.ts";
import { initialiseReceiveSpace } from "./receive-window.ts";
import { setState, type Tcb, TcbFlag } from "./tcb.ts";
import { routeOf, syncMss, TIMESTAMPS_LENGTH } from "./transmit.ts";

const MSS_DEFAULT = 536;
const MSS_LEAST = 88;
const RTO_FALLBACK_US = 3_000_000;

/** What both ends' SYNs agreed upon. `frame` is the peer's SYN or SYN+ACK. */
export function agreeOptions(tcb: Tcb, frame: Frame): void {
  const { sysctls } = tcb.context.host;
  const options = frame.synOptions;
  const mss = options?.maximumSegmentSize ?? 0;
  const scale = options?.windowScale ?? -1;
  tcb.peerMss = mss === 0 ? MSS_DEFAULT : mss;
  const timestamps = frame.hasTimestamps === true && sysctls.tcp_timestamps !== 0;
  const sack = options?.sackPermitted === true && sysctls.tcp_sack !== 0;
  const scaling = scale >= 0 && sysctls.tcp_window_scaling !== 0;
  tcb.flags =
    (tcb.flags & ~(TcbFlag.timestamps | TcbFlag.sack | TcbFlag.windowScaling)) |
    (timestamps ? TcbFlag.timestamps : 0) |
    (sack ? TcbFlag.sack : 0) |
    (scaling ? TcbFlag.windowScaling : 0);
  tcb.sendScale = scaling ? Math.min(scale, 14) : 0;
  if (!scaling) {
    tcb.receiveScale = 0;
    tcb.windowClamp = Math.min(tcb.windowClamp, 0xffff);
  }
  if (!timestamps) return;
  tcb.advertisedMss -= TIMESTAMPS_LENGTH;
  tcb.timestampRecent = frame.timestampValue;
  tcb.timestampRecentAt = millisecondsAt(tcb.context.host.engine.now);
}

/** What both ends agreed upon, and what follows from it: after `initialiseTransfer`. */
export const startOf = (tcb: Tcb): Start =>
  new Start(tcb, TcbFlag.timestamps | TcbFlag.sack | TcbFlag.windowScaling);

/** Segment sizes and buffers for a connection whose options are known (`tcp_init_transfer`). */
export function initialiseTransfer(tcb: Tcb): void {
  routeOf(tcb);
  syncMss(tcb, tcb.pathMtu);
  const hint = Math.min(tcb.advertisedMss, tcb.mss, tcb.receiveWindow >> 1, MSS_DEFAULT);
  tcb.receiveMss = Math.max(hint, MSS_LEAST);
  initialiseReceiveSpace(tcb);
  beginTransfer(tcb);
}

/** What depends on the moment alone; a `Start` may give the rest. */
export function beginTransfer(tcb: Tcb): void {
  const { now } = tcb.context.host.engine;
  tcb.roundStart = microsecondsAt(now);
  tcb.lastReceived = millisecondsAt(now);
  tcb.lastSent = tcb.lastReceived;
  // a SYN that had to be repeated tells of losses
  if (tcb.setbacks !== null && tcb.setbacks.totalRetransmits > 1) tcb.window = 1;
  if (tcb.srtt === 0) fallBack(tcb);
}

/** No sample from the handshake (RFC 6298 §5.7). */
function fallBack(tcb: Tcb): void {
  tcb.variation = RTO_FALLBACK_US;
  tcb.deviation = RTO_FALLBACK_US;
  tcb.deviationMax = RTO_FALLBACK_US;
  tcb.rto = RTO_FALLBACK_US / 1000;
}

/** SYN-RECEIVED of a simultaneous open ends; the segment's text is still to come. */
export function establish(tcb: Tcb, frame: Frame): undefined {
  tcb.sendWindow = frame.window << tcb.sendScale;
  tcb.maxWindow = Math.max(tcb.maxWindow, tcb.sendWindow);
  tcb.sendWindowSequence = frame.sequenceNumber;
  setState(tcb, TcpState.established);
  initialiseTransfer(tcb);
  tcb.flags |= TcbFlag.wakePending;
  return undefined;
}
