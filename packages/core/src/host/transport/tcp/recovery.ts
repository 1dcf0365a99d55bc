/**
 * Loss detection and recovery: three segments above a hole were delivered (RFC 6675 with SACK, counted duplicates
 * without, RFC 6582), window by proportional rate reduction (RFC 6937), timeouts after RFC 5681 §3.1. Left out: RACK's
 * clock, F-RTO and the undoing of needless reductions.
 */
import type { Frame } from "../../../packet/frame.ts";
import { markLost, retransmitLost } from "./retransmit.ts";
import { SegmentMark } from "./segment.ts";
import { after, before } from "./sequence.ts";
import { CongestionState, Recovery, type Setbacks } from "./setbacks.ts";
import { inFlight, setbacksOf, type Tcb } from "./tcb.ts";

const DUPLICATES = 3;

/** Marks what the SACK blocks of `frame` report; returns how many segments are newly reported. */
export function markSacked(tcb: Tcb, frame: Frame): number {
  const blocks = frame.sackBlocks;
  if (blocks === null || tcb.sack === false) return 0;
  const setbacks = setbacksOf(tcb);
  let count = 0;
  for (let i = 0; i + 1 < blocks.length; i += 2) {
    const left = blocks[i] as number;
    const right = blocks[i + 1] as number;
    // a duplicate (RFC 2883) or nonsense
    if (!after(right, tcb.sendUnacknowledged) || after(right, tcb.sendNext)) continue;
    for (let s = tcb.sentHead; s !== null && before(s.sequence, right); s = s.next) {
      const { marks } = s;
      const known = (marks & SegmentMark.sacked) !== 0;
      if (known || before(s.sequence, left) || after(s.end, right)) continue;
      s.marks = SegmentMark.sacked;
      setbacks.sackedOut++;
      count++;
      if ((marks & SegmentMark.lost) !== 0) setbacks.lostOut--;
      if ((marks & SegmentMark.resent) !== 0) setbacks.resentOut--;
    }
  }
  return count;
}

/**
 * What an acknowledgement means for recovery. `acknowledged` and `sacked` count segments newly reported; `duplicate`:
 * it said nothing new and carried nothing.
 */
export function recover(
  tcb: Tcb,
  setbacks: Setbacks,
  acknowledged: number,
  sacked: number,
  duplicate: boolean,
): void {
  if (tcb.sack === false) countDuplicates(tcb, setbacks, acknowledged, duplicate);
  leaveIfOver(tcb, setbacks);
  const state = setbacks.congestionState;
  if (state === CongestionState.loss) {
    if (tcb.sack === false && acknowledged > 0 && tcb.sentHead !== null)
      markLost(setbacks, tcb.sentHead);
    return;
  }
  detectLoss(tcb, setbacks, acknowledged);
  if (setbacks.recovery !== null) return reduceWindow(tcb, setbacks.recovery, acknowledged, sacked);
  if (setbacks.lostOut > 0) reduceWindow(tcb, enterRecovery(tcb, setbacks), acknowledged, sacked);
  else
    setbacks.congestionState =
      setbacks.sackedOut > 0 ? CongestionState.disorder : CongestionState.open;
}

/** Without SACK every duplicate acknowledgement stands for one segment that was delivered. */
function countDuplicates(
  tcb: Tcb,
  setbacks: Setbacks,
  acknowledged: number,
  duplicate: boolean,
): void {
  if (acknowledged > 0) setbacks.sackedOut = Math.max(0, setbacks.sackedOut - (acknowledged - 1));
  else if (duplicate) setbacks.sackedOut++;
  const most = tcb.packetsOut - Math.max(setbacks.lostOut, 1);
  setbacks.sackedOut = Math.max(0, Math.min(setbacks.sackedOut, most));
}

function leaveIfOver(tcb: Tcb, setbacks: Setbacks): void {
  const state = setbacks.congestionState;
  if (state < CongestionState.recovery || before(tcb.sendUnacknowledged, setbacks.recoveryPoint))
    return;
  if (state === CongestionState.recovery) tcb.window = Math.max(tcb.threshold, 1);
  setbacks.congestionState = CongestionState.open;
  setbacks.recovery = null;
  if (tcb.sack === false) setbacks.sackedOut = 0;
  tcb.windowCount = 0;
}

function detectLoss(tcb: Tcb, setbacks: Setbacks, acknowledged: number): void {
  const head = tcb.sentHead;
  if (head === null) return;
  if (tcb.sack === false) {
    const partial = setbacks.congestionState === CongestionState.recovery && acknowledged > 0;
    if (partial || setbacks.sackedOut >= DUPLICATES) markLost(setbacks, head);
    return;
  }
  let above = setbacks.sackedOut;
  for (let s: typeof tcb.sentHead = head; s !== null && above >= DUPLICATES; s = s.next) {
    if ((s.marks & SegmentMark.sacked) !== 0) above--;
    else markLost(setbacks, s);
  }
}

function enterRecovery(tcb: Tcb, setbacks: Setbacks): Recovery {
  const recovery = new Recovery(tcb.window);
  setbacks.recovery = recovery;
  tcb.context.counters.TCPFastRetrans++;
  setbacks.congestionState = CongestionState.recovery;
  setbacks.recoveryPoint = tcb.sendNext;
  tcb.threshold = tcb.context.congestion.thresholdAfterLoss(tcb);
  tcb.windowCount = 0;
  return recovery;
}

/** One segment may leave for each that the network delivered, scaled so that the window ends at the threshold. */
function reduceWindow(tcb: Tcb, recovery: Recovery, acknowledged: number, sacked: number): void {
  const delivered = Math.max(acknowledged + sacked, tcb.sack === true ? 0 : 1);
  recovery.delivered += delivered;
  const flying = inFlight(tcb);
  const room = tcb.threshold - flying;
  let send: number;
  if (room < 0) {
    const due = Math.ceil((tcb.threshold * recovery.delivered) / Math.max(recovery.priorWindow, 1));
    send = due - recovery.sent;
  } else {
    const owed = Math.max(recovery.delivered - recovery.sent, delivered);
    send = Math.min(room, acknowledged > 0 ? owed + 1 : delivered);
  }
  // the first retransmission never waits
  tcb.window = flying + Math.max(send, recovery.sent === 0 ? 1 : 0);
}

/** A timeout: everything outstanding counts as lost, one segment at a time from here (`tcp_enter_loss`). */
export function enterLoss(tcb: Tcb, setbacks: Setbacks): void {
  const inLoss = setbacks.congestionState === CongestionState.loss;
  if (
    !inLoss ||
    !after(setbacks.recoveryPoint, tcb.sendUnacknowledged) ||
    setbacks.retransmits === 0
  ) {
    tcb.threshold = tcb.context.congestion.thresholdAfterLoss(tcb);
  }
  for (let s = tcb.sentHead; s !== null; s = s.next) {
    s.marks &= ~SegmentMark.resent;
    markLost(setbacks, s);
  }
  setbacks.resentOut = 0;
  if (tcb.sack === false) setbacks.sackedOut = 0;
  tcb.window = inFlight(tcb) + 1;
  tcb.windowCount = 0;
  setbacks.congestionState = CongestionState.loss;
  setbacks.recovery = null;
  setbacks.recoveryPoint = tcb.sendNext;
  setbacks.probeEnd = null;
}

/** The path takes only smaller segments now: send the long ones again without blaming congestion (`tcp_simple_retransmit`). */
export function resendLongSegments(tcb: Tcb): void {
  const setbacks = setbacksOf(tcb);
  let any = false;
  for (let s = tcb.sentHead; s !== null; s = s.next) {
    if (s.length <= tcb.mss || (s.marks & SegmentMark.sacked) !== 0) continue;
    if ((s.marks & SegmentMark.resent) !== 0) {
      s.marks &= ~SegmentMark.resent;
      setbacks.resentOut--;
    }
    markLost(setbacks, s);
    any = true;
  }
  if (!any) return;
  if (setbacks.congestionState < CongestionState.recovery) {
    setbacks.congestionState = CongestionState.loss;
    setbacks.recoveryPoint = tcb.sendNext;
    tcb.threshold = Math.max(tcb.threshold, tcb.window);
  }
  retransmitLost(tcb);
}
