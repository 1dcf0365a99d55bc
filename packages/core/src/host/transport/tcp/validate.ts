/**
 * Whether a segment of a synchronised connection may be processed at all (`tcp_validate_incoming`): PAWS (RFC 7323 §5),
 * the window, RST and SYN as RFC 5961 wants them.
 */
import type { Frame } from "../../../packet/frame.ts";
import { TcpFlag } from "../../../packet/protocol.ts";
import type { Instant } from "../../../time/instant.ts";
import type { DropReason } from "../../../trace/drop-reason.ts";
import { TcpState } from "../socket.ts";
import { enterQuickAcks, QUICK_ACKS_MAX } from "./ack-policy.ts";
import { millisecondsAt } from "./clock.ts";
import { resetByPeer } from "./close.ts";
import { noteDuplicate } from "./early-data.ts";
import { segmentEnd } from "./reset.ts";
import { after, before } from "./sequence.ts";
import { receiveWindowLeft, setbacksOf, type Tcb } from "./tcb.ts";
import { sendAck } from "./transmit.ts";

/** net.ipv4.tcp_invalid_ratelimit: two acknowledgements of nonsense are at least this far apart. */
const RATE_LIMIT = 500;
/** After 24 days a timestamp says nothing any more. */
const TIMESTAMP_AGE_MAX = 24 * 24 * 3600 * 1000;

/** What remembers when it last acknowledged a segment out of its window; null for never. */
export interface OutOfWindowLimit {
  outOfWindowAckAt: number | null;
}

function tooSoon(owner: OutOfWindowLimit, now: Instant): boolean {
  const at = millisecondsAt(now);
  if (isTooSoon(owner.outOfWindowAckAt, at)) return true;
  owner.outOfWindowAckAt = at;
  return false;
}

/** Whether nonsense would be acknowledged too soon after the last time, null for never. */
export const isTooSoon = (last: number | null, at: number): boolean =>
  last !== null && ((at - last) | 0) < RATE_LIMIT;

/** Whether `frame`, which is out of the window, is answered at any rate: with data it is no answer to ours. */
export const isUnlimited = (frame: Frame): boolean =>
  frame.payloadLength > 0 && (frame.tcpFlags & TcpFlag.syn) === 0;

/** Whether an acknowledgement of a segment without data would come too soon after the last (`tcp_oow_rate_limited`). */
export const rateLimited = (owner: OutOfWindowLimit, frame: Frame, now: Instant): boolean =>
  !isUnlimited(frame) && tooSoon(owner, now);

/** null when the segment may go on; otherwise why it ends here, after any answer was sent. */
export function validate(tcb: Tcb, frame: Frame): DropReason | null {
  const flags = frame.tcpFlags;
  const rst = (flags & TcpFlag.rst) !== 0;
  const syn = (flags & TcpFlag.syn) !== 0;
  if (!rst && failsPaws(tcb, frame)) {
    tcb.context.counters.PAWSEstab++;
    if (syn) challenge(tcb);
    else acknowledgeDuplicate(tcb, frame);
    return "tcp-paws";
  }
  if (!inWindow(tcb, frame)) {
    if (rst) {
      if (resetAfterFin(tcb, frame)) resetByPeer(tcb);
    } else if (syn) challenge(tcb);
    else acknowledgeDuplicate(tcb, frame);
    return "tcp-out-of-window";
  }
  if (rst) {
    if (resetIsExact(tcb, frame)) {
      resetByPeer(tcb);
      return null;
    }
    challenge(tcb);
    return "tcp-invalid-segment";
  }
  if (syn) {
    challenge(tcb);
    return "tcp-invalid-segment";
  }
  return null;
}

/** A challenge (RFC 5961 §7): what we believe, at a bounded rate. */
export function challenge(tcb: Tcb): void {
  if (tooSoon(setbacksOf(tcb), tcb.context.host.engine.now)) return;
  tcb.context.counters.TCPChallengeACK++;
  sendAck(tcb);
}

/** Whether its timestamp is older than the last one. */
export const isOlder = (tcb: Tcb, frame: Frame): boolean =>
  frame.hasTimestamps === true &&
  ((frame.timestampValue - tcb.timestampRecent) | 0) < 0 &&
  tcb.timestamps === true;

function failsPaws(tcb: Tcb, frame: Frame): boolean {
  if (!isOlder(tcb, frame)) return false;
  const age = (millisecondsAt(tcb.context.host.engine.now) - tcb.timestampRecentAt) | 0;
  if (age < 0 || age > TIMESTAMP_AGE_MAX) return false;
  return !isReorderedAck(tcb, frame);
}

/** A bare acknowledgement that was only overtaken does no harm (`tcp_disordered_ack`). */
const isReorderedAck = (tcb: Tcb, frame: Frame): boolean =>
  frame.payloadLength === 0 &&
  (frame.tcpFlags & (TcpFlag.syn | TcpFlag.fin)) === 0 &&
  frame.sequenceNumber === tcb.receiveNext &&
  frame.acknowledgementNumber === tcb.sendUnacknowledged &&
  frame.window << tcb.sendScale === tcb.sendWindow;

const inWindow = (tcb: Tcb, frame: Frame): boolean =>
  !before(segmentEnd(frame), tcb.receiveUpdate) &&
  !after(frame.sequenceNumber, (tcb.receiveNext + receiveWindowLeft(tcb)) | 0);

/** A peer that closed may send its RST with the sequence number before its FIN. */
const resetAfterFin = (tcb: Tcb, frame: Frame): boolean =>
  frame.sequenceNumber === ((tcb.receiveNext - 1) | 0) &&
  (tcb.state === TcpState.closeWait ||
    tcb.state === TcpState.lastAck ||
    tcb.state === TcpState.closing);

/** RST counts only at the very sequence number expected, or at the end of what was SACKed. */
function resetIsExact(tcb: Tcb, frame: Frame): boolean {
  const sequence = frame.sequenceNumber;
  if (sequence === tcb.receiveNext || resetAfterFin(tcb, frame)) return true;
  if (tcb.earlyHead === null) return false;
  let last = tcb.earlyHead;
  while (last.next !== null) last = last.next;
  return tcb.sack === true && sequence === last.end;
}

/** Tells the peer what is expected, with D-SACK for what it sent twice (`tcp_send_dupack`). */
function acknowledgeDuplicate(tcb: Tcb, frame: Frame): void {
  if (rateLimited(setbacksOf(tcb), frame, tcb.context.host.engine.now)) return;
  const end = segmentEnd(frame);
  if (frame.sequenceNumber !== end && before(frame.sequenceNumber, tcb.receiveNext)) {
    enterQuickAcks(tcb, QUICK_ACKS_MAX);
    noteDuplicate(tcb, frame.sequenceNumber, after(end, tcb.receiveNext) ? tcb.receiveNext : end);
  }
  sendAck(tcb);
}
