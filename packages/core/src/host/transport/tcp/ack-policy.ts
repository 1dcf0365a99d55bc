/**
 * When a receiver acknowledges (RFC 9293 §3.8.6.3, RFC 5681 §4.2 as Linux does it): at once while a peer may be in
 * slow start (quick acknowledgements) or when two segments are owed, otherwise after 40 ms or with data of our own.
 * Left out: the compression of acknowledgements for many holes.
 */
import { UNARMED } from "../../../time/timer.ts";
import { millisecondsAt } from "./clock.ts";
import { chooseWindow } from "./receive-window.ts";
import { AckPending, receiveWindowLeft, Shutdown, type Tcb, TcbFlag } from "./tcb.ts";
import { ACK_DELAY_MIN, sendAck } from "./transmit.ts";

export const QUICK_ACKS_MAX = 16;
const ACK_DELAY_MAX = 200;
const CALM_ACK_DELAY_MAX = 500;
const SEGMENT_MIN = 536;
const TIMESTAMPS_LENGTH = 12;

/** Something arrived that must be acknowledged some time. */
export function scheduleAck(tcb: Tcb): void {
  tcb.ackPending |= AckPending.scheduled;
}

/** A segment of `length` octets came in order: learns the peer's pace (`tcp_event_data_recv`). */
export function noteData(tcb: Tcb, length: number): void {
  scheduleAck(tcb);
  measureSegment(tcb, length);
  const now = millisecondsAt(tcb.context.host.engine.now);
  if (tcb.ackDelay === 0) {
    raiseQuickAcks(tcb, QUICK_ACKS_MAX);
    tcb.ackDelay = ACK_DELAY_MIN;
  } else {
    const gap = (now - tcb.lastReceived) | 0;
    if (gap <= ACK_DELAY_MIN / 2) {
      tcb.ackDelay = (tcb.ackDelay >> 1) + ACK_DELAY_MIN / 2;
    } else if (gap < tcb.ackDelay) {
      tcb.ackDelay = Math.min((tcb.ackDelay >> 1) + gap, tcb.rto);
    } else if (gap > tcb.rto) raiseQuickAcks(tcb, QUICK_ACKS_MAX);
  }
  tcb.lastReceived = now;
}

function raiseQuickAcks(tcb: Tcb, most: number): void {
  const wanted = Math.floor(tcb.receiveWindow / (2 * tcb.receiveMss)) || 2;
  tcb.quickAcks = Math.max(tcb.quickAcks, Math.min(wanted, most));
}

/** Something is wrong or new: acknowledge quickly for a while (`tcp_enter_quickack_mode`). */
export function enterQuickAcks(tcb: Tcb, most: number): void {
  raiseQuickAcks(tcb, most);
  tcb.flags &= ~TcbFlag.pingPong;
  tcb.ackDelay = ACK_DELAY_MIN;
}

/** Estimates the peer's segment size; a short segment marks the end of a write (`tcp_measure_rcv_mss`). */
function measureSegment(tcb: Tcb, length: number): void {
  const previous = tcb.lastSegmentSize;
  tcb.lastSegmentSize = 0;
  if (length >= tcb.receiveMss) {
    tcb.receiveMss = Math.min(length, tcb.advertisedMss);
    return;
  }
  if (length + (tcb.timestamps === true ? TIMESTAMPS_LENGTH : 0) >= SEGMENT_MIN) {
    tcb.lastSegmentSize = length;
    if (length === previous) {
      tcb.receiveMss = length;
      return;
    }
  }
  if ((tcb.ackPending & AckPending.pushed) !== 0) tcb.ackPending |= AckPending.pushedTwice;
  tcb.ackPending |= AckPending.pushed;
}

/** At the end of a segment's processing that scheduled an acknowledgement: now or later (`tcp_ack_snd_check`). */
export function acknowledgeScheduled(tcb: Tcb): void {
  const owed = (tcb.receiveNext - tcb.receiveUpdate) | 0;
  const twoSegments =
    owed > tcb.receiveMss && (tcb.available === 0 || chooseWindow(tcb) >= tcb.receiveWindow);
  const quick = tcb.quickAcks > 0 && tcb.pingPong === false;
  const now = (tcb.ackPending & AckPending.now) !== 0;
  if (twoSegments || quick || now || tcb.earlyHead !== null) sendAck(tcb);
  else delayAck(tcb);
}

/** Arms the timer for a delayed acknowledgement (`tcp_send_delayed_ack`). */
function delayAck(tcb: Tcb): void {
  const { engine } = tcb.context.host;
  let delay = tcb.ackDelay;
  if (delay > ACK_DELAY_MIN) {
    const calm = tcb.pingPong === false && (tcb.ackPending & AckPending.pushed) === 0;
    let most = calm ? CALM_ACK_DELAY_MAX : ACK_DELAY_MAX;
    if (tcb.srtt > 0)
      most = Math.min(most, Math.max(Math.ceil((tcb.srtt >> 3) / 1000), ACK_DELAY_MIN));
    delay = Math.min(delay, most);
  }
  delay = Math.min(delay, ACK_DELAY_MAX);
  const now = millisecondsAt(engine.now);
  let wait = delay;
  if ((tcb.ackPending & AckPending.timer) !== 0) {
    const left = (tcb.delayedAckDue - now) | 0;
    if (left <= delay >> 2) return sendAck(tcb);
    wait = Math.min(wait, left);
  }
  tcb.ackPending |= AckPending.scheduled | AckPending.timer;
  tcb.delayedAckDue = (now + wait) | 0;
  if (tcb.delayedAckSlot === UNARMED) tcb.delayedAckSlot = engine.timers.hold(tcb);
  engine.timers.armHeld(tcb.delayedAckSlot, wait);
}

/** The delay is over (`tcp_delack_timer_handler`). */
export function delayedAckExpired(tcb: Tcb): void {
  if ((tcb.ackPending & AckPending.timer) === 0) return;
  tcb.ackPending &= ~AckPending.timer;
  if ((tcb.ackPending & AckPending.scheduled) === 0) return;
  if (tcb.pingPong === true) {
    // no answer took the acknowledgement along: this is no conversation
    tcb.flags &= ~TcbFlag.pingPong;
    tcb.ackDelay = ACK_DELAY_MIN;
  } else tcb.ackDelay = Math.min(2 * tcb.ackDelay, tcb.rto);
  sendAck(tcb);
}

/** The owner read: an acknowledgement or a wider window may be due (`tcp_cleanup_rbuf`). */
export function acknowledgeAfterRead(tcb: Tcb): void {
  const pending = tcb.ackPending;
  if ((pending & AckPending.scheduled) !== 0) {
    const owed = (tcb.receiveNext - tcb.receiveUpdate) | 0;
    const ended =
      (pending & AckPending.pushedTwice) !== 0 ||
      ((pending & AckPending.pushed) !== 0 && tcb.pingPong === false);
    if (owed > tcb.receiveMss || (ended && tcb.available === 0)) return sendAck(tcb);
  }
  if ((tcb.shutdown & Shutdown.receive) !== 0) return;
  const left = receiveWindowLeft(tcb);
  if (2 * left > tcb.windowClamp) return;
  const window = chooseWindow(tcb);
  if (window > 0 && window >= 2 * left) sendAck(tcb);
}
