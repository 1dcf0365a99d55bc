/**
 * Loss detection and recovery: three segments above a hole were delivered (RFC 6675 with SACK, counted duplicates
 * without, RFC 6582), window by proportional rate reduction (RFC 6937), timeouts after RFC 5681 §3.1. Left out: RACK's
 * clock, F-RTO and the undoing of needless reductions.
 */
import type { Frame } from "../../../packet/frame.ts";
import { markLost, retransmitLost } from "./retransmit.ts";
import { SegmentMark } from "./segment.ts";
import { after, before } from "./sequence.ts";
import { CongestionState, inFlight, Recovery, type Tcb } from "./tcb.ts";

const DUPLICATES = 3;

/** Marks what the SACK blocks of `frame` report; returns how many segments are newly reported. */
export function markSacked(tcb: Tcb, frame: Frame): number {
  const blocks = frame.sackBlocks;
  if (blocks === null || tcb.sack === false) return 0;
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
      tcb.sackedOut++;
      count++;
      if ((marks & SegmentMark.lost) !== 0) tcb.lostOut--;
      if ((marks & SegmentMark.resent) !== 0) tcb.resentOut--;
    }
  }
  return count;
}

/**
 * What an acknowledgement means for recovery. `acknowledged` and `sacked` count segments newly reported; `duplicate`:
 * it said nothing new and carried nothing.
 */
export function recover(tcb: Tcb, acknowledged: number, sacked: number, duplicate: boolean): void {
  if (tcb.sack === false) countDuplicates(tcb, acknowledged, duplicate);
  leaveIfOver(tcb);
  const state = tcb.congestionState;
  if (state === CongestionState.loss) {
    if (tcb.sack === false && acknowledged > 0 && tcb.sentHead !== null)
      markLost(tcb, tcb.sentHead);
    return;
  }
  detectLoss(tcb, acknowledged);
  if (tcb.recovery !== null) return reduceWindow(tcb, tcb.recovery, acknowledged, sacked);
  if (tcb.lostOut > 0) reduceWindow(tcb, enterRecovery(tcb), acknowledged, sacked);
  else tcb.congestionState = tcb.sackedOut > 0 ? CongestionState.disorder : CongestionState.open;
}

/** Without SACK every duplicate acknowledgement stands for one segment that was delivered. */
function countDuplicates(tcb: Tcb, acknowledged: number, duplicate: boolean): void {
  if (acknowledged > 0) tcb.sackedOut = Math.max(0, tcb.sackedOut - (acknowledged - 1));
  else if (duplicate) tcb.sackedOut++;
  const most = tcb.packetsOut - Math.max(tcb.lostOut, 1);
  tcb.sackedOut = Math.max(0, Math.min(tcb.sackedOut, most));
}

function leaveIfOver(tcb: Tcb): void {
  const state = tcb.congestionState;
  if (state < CongestionState.recovery || before(tcb.sendUnacknowledged, tcb.recoveryPoint)) return;
  if (state === CongestionState.recovery) tcb.window = Math.max(tcb.threshold, 1);
  tcb.congestionState = CongestionState.open;
  tcb.recovery = null;
  if (tcb.sack === false) tcb.sackedOut = 0;
  tcb.windowCount = 0;
}

function detectLoss(tcb: Tcb, acknowledged: number): void {
  const head = tcb.sentHead;
  if (head === null) return;
  if (tcb.sack === false) {
    const partial = tcb.congestionState === CongestionState.recovery && acknowledged > 0;
    if (partial || tcb.sackedOut >= DUPLICATES) markLost(tcb, head);
    return;
  }
  let above = tcb.sackedOut;
  for (let s: typeof tcb.sentHead = head; s !== null && above >= DUPLICATES; s = s.next) {
    if ((s.marks & SegmentMark.sacked) !== 0) above--;
    else markLost(tcb, s);
  }
}

function enterRecovery(tcb: Tcb): Recovery {
  const recovery = new Recovery(tcb.window);
  tcb.recovery = recovery;
  tcb.context.counters.TCPFastRetrans++;
  tcb.congestionState = CongestionState.recovery;
  tcb.recoveryPoint = tcb.sendNext;
  tcb.threshold = tcb.congestion.thresholdAfterLoss(tcb);
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
export function enterLoss(tcb: Tcb): void {
  const inLoss = tcb.congestionState === CongestionState.loss;
  if (!inLoss || !after(tcb.recoveryPoint, tcb.sendUnacknowledged) || tcb.retransmits === 0) {
    tcb.threshold = tcb.congestion.thresholdAfterLoss(tcb);
  }
  for (let s = tcb.sentHead; s !== null; s = s.next) {
    s.marks &= ~SegmentMark.resent;
    markLost(tcb, s);
  }
  tcb.resentOut = 0;
  if (tcb.sack === false) tcb.sackedOut = 0;
  tcb.window = inFlight(tcb) + 1;
  tcb.windowCount = 0;
  tcb.congestionState = CongestionState.loss;
  tcb.recovery = null;
  tcb.recoveryPoint = tcb.sendNext;
  tcb.probeEnd = null;
}

/** The path takes only smaller segments now: send the long ones again without blaming congestion (`tcp_simple_retransmit`). */
export function resendLongSegments(tcb: Tcb): void {
  let any = false;
  for (let s = tcb.sentHead; s !== null; s = s.next) {
    if (s.length <= tcb.mss || (s.marks & SegmentMark.sacked) !== 0) continue;
    if ((s.marks & SegmentMark.resent) !== 0) {
      s.marks &= ~SegmentMark.resent;
      tcb.resentOut--;
    }
    markLost(tcb, s);
    any = true;
  }
  if (!any) return;
  if (tcb.congestionState < CongestionState.recovery) {
    tcb.congestionState = CongestionState.loss;
    tcb.recoveryPoint = tcb.sendNext;
    tcb.threshold = Math.max(tcb.threshold, tcb.window);
  }
  retransmitLost(tcb);
}
