/** What a segment means to a TIME_WAIT (`tcp_timewait_state_process`; RFC 9293 §3.10.7.4, RFC 6191). */
import type { Frame } from "../../../packet/frame.ts";
import { TcpFlag } from "../../../packet/protocol.ts";
import type { DropReason } from "../../../trace/drop-reason.ts";
import { TcpState } from "../socket.ts";
import { replyTo, segmentEnd, sendReply, sendReset } from "./reset.ts";
import { after, before } from "./sequence.ts";
import { TIME_WAIT_LENGTH, type TimeWait } from "./time-wait.ts";
import { timestampClock } from "./transmit.ts";
import { rateLimited } from "./validate.ts";

/** A new SYN may take the place: its initial sequence number must lie beyond the old connection's. */
const SEQUENCE_GAP = 65_537;

/** null when `frame` was consumed, why it was not, or the initial sequence number with which a SYN may start anew. */
export function timeWaitReceives(entry: TimeWait, frame: Frame): DropReason | number | null {
  const stamped = entry.timestamps === true && frame.hasTimestamps;
  const rst = (frame.tcpFlags & TcpFlag.rst) !== 0;
  const old = stamped && !rst && ((frame.timestampValue - entry.timestampRecent) | 0) < 0;
  if (entry.state === TcpState.finWait2) return orphanReceives(entry, frame, old);
  const start = frame.sequenceNumber;
  const end = segmentEnd(frame);
  if (!old && start === entry.receiveNext && (start === end || rst)) {
    if (rst) {
      if (entry.context.host.sysctls.tcp_rfc1337 === 0) entry.end();
      return null;
    }
    entry.start(TIME_WAIT_LENGTH);
    if (stamped) entry.timestampRecent = frame.timestampValue;
    return null;
  }
  const controls = frame.tcpFlags & (TcpFlag.syn | TcpFlag.rst | TcpFlag.ack);
  if (controls === TcpFlag.syn && !old && startsAnew(entry, frame, stamped)) {
    const sequence = (entry.sendNext + SEQUENCE_GAP) | 0;
    entry.end();
    return sequence === 0 ? 1 : sequence;
  }
  if (rst) return "tcp-out-of-window";
  if (old || (frame.tcpFlags & TcpFlag.ack) !== 0) entry.start(TIME_WAIT_LENGTH);
  acknowledgeSeldom(entry, frame);
  return old ? "tcp-paws" : "tcp-out-of-window";
}

const startsAnew = (entry: TimeWait, frame: Frame, stamped: boolean): boolean =>
  after(frame.sequenceNumber, entry.receiveNext) ||
  (stamped && ((entry.timestampRecent - frame.timestampValue) | 0) < 0);

/** FIN_WAIT2 without a socket: the peer's FIN is welcome, its data is not. */
function orphanReceives(entry: TimeWait, frame: Frame, old: boolean): DropReason | null {
  const { context } = entry;
  const start = frame.sequenceNumber;
  const end = segmentEnd(frame);
  if (old || !inWindow(entry, start, end)) {
    if ((frame.tcpFlags & TcpFlag.rst) === 0) acknowledgeSeldom(entry, frame);
    return old ? "tcp-paws" : "tcp-out-of-window";
  }
  if ((frame.tcpFlags & TcpFlag.rst) !== 0) {
    entry.end();
    return null;
  }
  const syn = (frame.tcpFlags & TcpFlag.syn) !== 0 && !before(start, entry.receiveNext);
  if (!syn && ((frame.tcpFlags & TcpFlag.ack) === 0 || !after(end, entry.receiveNext))) return null;
  const fin = (frame.tcpFlags & TcpFlag.fin) !== 0 && end === ((entry.receiveNext + 1) | 0);
  if (syn || !fin) {
    sendReset(context, frame);
    entry.end();
    return "tcp-invalid-segment";
  }
  entry.note(entry.state, TcpState.timeWait);
  entry.state = TcpState.timeWait;
  entry.receiveNext = end;
  if (frame.hasTimestamps === true) entry.timestampRecent = frame.timestampValue;
  entry.start(TIME_WAIT_LENGTH);
  acknowledgeFor(entry, frame);
  return null;
}

function inWindow(entry: TimeWait, start: number, end: number): boolean {
  const low = entry.receiveNext;
  const high = (low + entry.receiveWindow) | 0;
  if (start === low) return true;
  if (after(end, low) && before(start, high)) return true;
  return start === high && start === end;
}

function acknowledgeSeldom(entry: TimeWait, cause: Frame): void {
  if (!rateLimited(entry, cause, entry.context.host.engine.now)) acknowledgeFor(entry, cause);
}

/** The last acknowledgement once more (`tcp_v4_timewait_ack`). */
function acknowledgeFor(entry: TimeWait, cause: Frame): void {
  const { context } = entry;
  const frame = replyTo(context, cause);
  if (frame === null) return;
  frame.tcpFlags = TcpFlag.ack;
  frame.sequenceNumber = entry.sendNext;
  frame.acknowledgementNumber = entry.receiveNext;
  frame.window = entry.receiveWindow >> entry.receiveScale;
  if (entry.timestamps === true) {
    frame.hasTimestamps = true;
    frame.timestampValue = timestampClock(context.host.engine.now, entry.timestampOffset);
    frame.timestampEcho = entry.timestampRecent;
  }
  sendReply(context, frame);
}
