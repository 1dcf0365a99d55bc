/** What an acknowledgement tells the sender (`tcp_ack`; RFC 9293 §3.10.7.4, fifth check). */

import type { Frame } from "../../../packet/frame.ts";
import { TcpFlag } from "../../../packet/protocol.ts";
import { microsecondsAt, millisecondsAt } from "./clock.ts";
import { markSacked, recover } from "./recovery.ts";
import { retransmitLost } from "./retransmit.ts";
import { sampleRtt } from "./rto.ts";
import { SegmentMark, type SentSegment } from "./segment.ts";
import { after, before } from "./sequence.ts";
import { CongestionState, type Setbacks } from "./setbacks.ts";
import {
  type AckCover,
  isRecovering,
  Sample,
  setbacksOf,
  type Tcb,
  TcbFlag,
  TransmitTimer,
} from "./tcb.ts";
import { timestampClock } from "./transmit.ts";
import { armLossTimer, armWindowProbe, cancelTransmitTimer } from "./transmit-timer.ts";

export const AckResult = {
  /** Acknowledges something that was never sent, or something long gone: drop the segment. */
  invalid: -1,
  /** Older than what we know: nothing to learn, the data may be new. */
  old: 0,
  acceptable: 1,
  /** As `invalid`, and a challenge is due (RFC 5961 §5.2). */
  challenge: 2,
} as const;
export type AckResult = (typeof AckResult)[keyof typeof AckResult];

/**
 * What most segments need is here in one piece: V8 then leaves this whole, with what it calls inside it, rather than parts of it
 * inside its caller.
 */
export function acknowledge(tcb: Tcb, frame: Frame): AckResult {
  const ack = frame.acknowledgementNumber;
  const sequence = frame.sequenceNumber;
  if (before(ack, tcb.sendUnacknowledged)) return acknowledgedBefore(tcb, frame);
  if (after(ack, tcb.sendNext)) return AckResult.invalid;
  const { setbacks } = tcb;
  const clock = millisecondsAt(tcb.context.host.engine.now);
  const stamped = frame.hasTimestamps === true && tcb.timestamps === true;
  // TS.Recent follows segments that do not lie ahead of what was acknowledged (RFC 7323 §4.3)
  if (stamped && !after(sequence, tcb.receiveUpdate)) {
    const stamp = frame.timestampValue;
    if (((stamp - tcb.timestampRecent) | 0) >= 0) {
      tcb.timestampRecent = stamp;
      tcb.timestampRecentAt = clock;
    }
  }
  const progress = ack !== tcb.sendUnacknowledged;
  if (setbacks !== null) setbacks.overcome(progress);
  // the window is taken if it is newer than the one known (RFC 9293 §3.10.7.4)
  const syn = (frame.tcpFlags & TcpFlag.syn) !== 0;
  const offered = syn ? frame.window : frame.window << tcb.sendScale;
  const newer =
    progress ||
    after(sequence, tcb.sendWindowSequence) ||
    (sequence === tcb.sendWindowSequence && offered > tcb.sendWindow);
  tcb.sendUnacknowledged = ack;
  if (newer) {
    tcb.sendWindowSequence = sequence;
    if (tcb.sendWindow !== offered) {
      tcb.sendWindow = offered;
      if (offered > tcb.maxWindow) tcb.maxWindow = offered;
    }
  }
  tcb.peerHeardAt = clock;
  const head = tcb.sentHead;
  if (head !== null && tcb.packetsOut > 0) segmentsArrived(tcb, head, frame, newer);
  else if (tcb.writeEnd !== tcb.sendNext) checkClosedWindow(tcb);
  return AckResult.acceptable;
}

/** `head` is out, and perhaps more. */
function segmentsArrived(tcb: Tcb, head: SentSegment, frame: Frame, windowChanged: boolean): void {
  const whole = head.end === frame.acknowledgementNumber;
  // without setbacks no segment was sent again, nor told of before
  if (!whole || head.next !== null || tcb.setbacks !== null || frame.extras !== null)
    return acknowledgeSome(tcb, frame, windowChanged);
  // the usual acknowledgement: of the only segment that is out, which was sent once
  tcb.sentHead = tcb.sentTail = null;
  tcb.packetsOut--;
  const now = microsecondsAt(tcb.context.host.engine.now);
  sampleRtt(tcb, Math.max(1, (now - head.sentAt) | 0));
  tcb.flags |= TcbFlag.confirmPending;
  if (mayGrow(tcb)) tcb.context.congestion.acknowledged(tcb, 1);
  cancelTransmitTimer(tcb);
}

/** Some of several segments were acknowledged, or none, or there is trouble. */
function acknowledgeSome(tcb: Tcb, frame: Frame, windowChanged: boolean): void {
  const ack = frame.acknowledgementNumber;
  const sacked = frame.sackBlocks === null ? 0 : markSacked(tcb, frame);
  const count = removeAcknowledged(tcb, ack);
  if (count > 0) sampleFrom(tcb, frame);
  const progress = count > 0 || sacked > 0;
  const duplicate = !progress && !windowChanged && isBare(frame);
  if (progress || duplicate) tcb.flags |= TcbFlag.confirmPending;
  respond(tcb, count, sacked, duplicate, ack);
}

function acknowledgedBefore(tcb: Tcb, frame: Frame): AckResult {
  const ack = frame.acknowledgementNumber;
  if (before(ack, (tcb.sendUnacknowledged - tcb.maxWindow) | 0)) return AckResult.challenge;
  noteOldAck(tcb, frame);
  return AckResult.old;
}

const isBare = (frame: Frame): boolean =>
  frame.payloadLength === 0 && (frame.tcpFlags & (TcpFlag.syn | TcpFlag.fin)) === 0;

/** Congestion control, timers and retransmissions after the queue was cleaned. */
function respond(
  tcb: Tcb,
  acknowledged: number,
  sacked: number,
  duplicate: boolean,
  ack: number,
): void {
  if (sacked > 0 || duplicate || tcb.setbacks !== null)
    respondToLoss(tcb, setbacksOf(tcb), acknowledged, sacked, duplicate, ack);
  else if (acknowledged > 0 && mayGrow(tcb)) tcb.context.congestion.acknowledged(tcb, acknowledged);
  if (acknowledged > 0 || tcb.transmitTimer === TransmitTimer.lossProbe) {
    if (tcb.packetsOut === 0) cancelTransmitTimer(tcb);
    else armLossTimer(tcb);
  }
  if (isRecovering(tcb)) retransmitLost(tcb);
}

function respondToLoss(
  tcb: Tcb,
  setbacks: Setbacks,
  acknowledged: number,
  sacked: number,
  duplicate: boolean,
  ack: number,
): void {
  if (setbacks.probeEnd !== null && !before(ack, setbacks.probeEnd)) setbacks.probeEnd = null;
  const calm = setbacks.sackedOut === 0 && setbacks.congestionState === CongestionState.open;
  if (sacked > 0 || duplicate || !calm) recover(tcb, setbacks, acknowledged, sacked, duplicate);
  if (acknowledged > 0 && setbacks.congestionState !== CongestionState.recovery && mayGrow(tcb))
    tcb.context.congestion.acknowledged(tcb, acknowledged);
}

/** Only a window that held the sender back grows (`tcp_is_cwnd_limited`). */
const mayGrow = (tcb: Tcb): boolean =>
  tcb.windowLimited === true || (tcb.window < tcb.threshold && tcb.window < 2 * tcb.maxPacketsOut);

function noteOldAck(tcb: Tcb, frame: Frame): void {
  if (tcb.packetsOut === 0) return;
  const sacked = markSacked(tcb, frame);
  if (sacked === 0) return;
  recover(tcb, setbacksOf(tcb), 0, sacked, false);
  if (isRecovering(tcb)) retransmitLost(tcb);
}

/** Nothing is outstanding: does the window still keep back what waits (`tcp_ack_probe`)? */
function checkClosedWindow(tcb: Tcb): void {
  const size = Math.max(1, Math.min(tcb.unsent, tcb.mss));
  const end = (tcb.sendNext + size) | 0;
  if (after(end, (tcb.sendUnacknowledged + tcb.sendWindow) | 0)) return armWindowProbe(tcb);
  if (tcb.setbacks !== null) tcb.setbacks.backoff = 0;
  if (tcb.transmitTimer === TransmitTimer.probe) cancelTransmitTimer(tcb);
}

/** Removes what `ack` covers from the queue of sent segments (`tcp_clean_rtx_queue`); returns how many those are. */
function removeAcknowledged(tcb: Tcb, ack: number): number {
  const { covered } = tcb.context;
  covered.sample = Sample.none;
  let head = tcb.sentHead;
  let count = 0;
  for (; head !== null && !after(head.end, ack); head = head.next) {
    count++;
    if ((head.marks | head.retransmissions) !== 0) removeTroubled(tcb, head, covered);
    else if (covered.sample === Sample.none) covered.take(head.sentAt);
  }
  tcb.packetsOut -= count;
  tcb.sentHead = head;
  if (head === null) tcb.sentTail = null;
  else if (before(head.sequence, ack)) trim(head, ack);
  return count;
}

/** A segment that was sent again, or of which the peer told before. */
function removeTroubled(tcb: Tcb, segment: SentSegment, covered: AckCover): void {
  const { marks } = segment;
  unmark(setbacksOf(tcb), marks);
  if (segment.retransmissions > 0) covered.sample = Sample.ambiguous;
  else if (covered.sample === Sample.none && (marks & SegmentMark.sacked) === 0)
    covered.take(segment.sentAt);
}

function unmark(setbacks: Setbacks, marks: number): void {
  if ((marks & SegmentMark.sacked) !== 0) setbacks.sackedOut--;
  if ((marks & SegmentMark.lost) !== 0) setbacks.lostOut--;
  if ((marks & SegmentMark.resent) !== 0) setbacks.resentOut--;
}

function trim(segment: SentSegment, ack: number): void {
  const gone = (ack - segment.sequence) | 0;
  segment.sequence = ack;
  segment.offset += gone;
  segment.length = Math.max(0, segment.length - gone);
}

/** A round-trip sample: from a segment sent once (Karn), otherwise from the echoed timestamp (RFC 7323 §4.1). */
function sampleFrom(tcb: Tcb, frame: Frame): void {
  const { covered, host } = tcb.context;
  const { now } = host.engine;
  if (covered.sample === Sample.clean) {
    sampleRtt(tcb, Math.max(1, (microsecondsAt(now) - covered.firstSentAt) | 0));
  } else if (tcb.timestamps === true && frame.hasTimestamps === true && frame.timestampEcho !== 0) {
    const ms = (timestampClock(now, tcb.timestampOffset) - frame.timestampEcho) | 0;
    if (ms >= 0 && ms < 120_000) sampleRtt(tcb, Math.max(1, ms) * 1000);
  }
}
