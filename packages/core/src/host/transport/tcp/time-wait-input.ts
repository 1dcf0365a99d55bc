/** What a segment means to a TIME_WAIT (`tcp_timewait_state_process`; RFC 9293 §3.10.7.4, RFC 6191). */
import type { Frame } from "../../../packet/frame.ts";
import { TcpFlag } from "../../../packet/protocol.ts";
import type { DropReason } from "../../../trace/drop-reason.ts";
import { TcpState } from "../socket.ts";
import { millisecondsAt } from "./clock.ts";
import { replyTo, segmentEnd, sendReply, sendReset } from "./reset.ts";
import { after, before } from "./sequence.ts";
import type { TcpContext } from "./tcb.ts";
import { TIME_WAIT_LENGTH, type TimeWaits } from "./time-wait.ts";
import type { TimeWaitTable } from "./time-wait-table.ts";
import { timestampClock } from "./transmit.ts";
import { isTooSoon, isUnlimited } from "./validate.ts";

/** A new SYN may take the place: its initial sequence number must lie beyond the old connection's. */
const SEQUENCE_GAP = 65_537;

/**
 * `frame` comes for the TIME_WAIT in `row`: null when it was consumed, why it was not, or the initial sequence number with
 * which a SYN may start anew.
 */
export function timeWaitReceives(
  context: TcpContext,
  waits: TimeWaits,
  row: number,
  frame: Frame,
): DropReason | number | null {
  const { table } = waits;
  const stamped = table.timestamps(row) && frame.hasTimestamps;
  const rst = (frame.tcpFlags & TcpFlag.rst) !== 0;
  const old = stamped && !rst && ((frame.timestampValue - table.timestampRecent(row)) | 0) < 0;
  if (table.state(row) === TcpState.finWait2)
    return orphanReceives(context, waits, row, frame, old);
  const start = frame.sequenceNumber;
  const end = segmentEnd(frame);
  if (!old && start === table.receiveNext(row) && (start === end || rst)) {
    if (rst) {
      if (context.host.sysctls.tcp_rfc1337 === 0) waits.end(row);
      return null;
    }
    waits.restart(row, TIME_WAIT_LENGTH);
    if (stamped) table.setTimestampRecent(row, frame.timestampValue);
    return null;
  }
  const controls = frame.tcpFlags & (TcpFlag.syn | TcpFlag.rst | TcpFlag.ack);
  if (controls === TcpFlag.syn && !old && startsAnew(table, row, frame, stamped)) {
    const sequence = (table.sendNext(row) + SEQUENCE_GAP) | 0;
    waits.end(row);
    return sequence === 0 ? 1 : sequence;
  }
  if (rst) return "tcp-out-of-window";
  if (old || (frame.tcpFlags & TcpFlag.ack) !== 0) waits.restart(row, TIME_WAIT_LENGTH);
  acknowledgeSeldom(context, table, row, frame);
  return old ? "tcp-paws" : "tcp-out-of-window";
}

const startsAnew = (table: TimeWaitTable, row: number, frame: Frame, stamped: boolean): boolean =>
  after(frame.sequenceNumber, table.receiveNext(row)) ||
  (stamped && ((table.timestampRecent(row) - frame.timestampValue) | 0) < 0);

/** FIN_WAIT2 without a socket: the peer's FIN is welcome, its data is not. */
function orphanReceives(
  context: TcpContext,
  waits: TimeWaits,
  row: number,
  frame: Frame,
  old: boolean,
): DropReason | null {
  const { table } = waits;
  const start = frame.sequenceNumber;
  const end = segmentEnd(frame);
  if (old || !inWindow(table, row, start, end)) {
    if ((frame.tcpFlags & TcpFlag.rst) === 0) acknowledgeSeldom(context, table, row, frame);
    return old ? "tcp-paws" : "tcp-out-of-window";
  }
  if ((frame.tcpFlags & TcpFlag.rst) !== 0) {
    waits.end(row);
    return null;
  }
  const next = table.receiveNext(row);
  const syn = (frame.tcpFlags & TcpFlag.syn) !== 0 && !before(start, next);
  if (!syn && ((frame.tcpFlags & TcpFlag.ack) === 0 || !after(end, next))) return null;
  const fin = (frame.tcpFlags & TcpFlag.fin) !== 0 && end === ((next + 1) | 0);
  if (syn || !fin) {
    sendReset(context, frame);
    waits.end(row);
    return "tcp-invalid-segment";
  }
  if (frame.hasTimestamps === true) table.setTimestampRecent(row, frame.timestampValue);
  waits.finArrived(row, end);
  acknowledgeFor(context, table, row, frame);
  return null;
}

function inWindow(table: TimeWaitTable, row: number, start: number, end: number): boolean {
  const low = table.receiveNext(row);
  const high = (low + table.receiveWindow(row)) | 0;
  if (start === low) return true;
  if (after(end, low) && before(start, high)) return true;
  return start === high && start === end;
}

function acknowledgeSeldom(
  context: TcpContext,
  table: TimeWaitTable,
  row: number,
  cause: Frame,
): void {
  if (!isUnlimited(cause)) {
    const now = millisecondsAt(context.host.engine.now);
    if (isTooSoon(table.answeredAt(row), now)) return;
    table.setAnsweredAt(row, now);
  }
  acknowledgeFor(context, table, row, cause);
}

/** The last acknowledgement once more (`tcp_v4_timewait_ack`). */
function acknowledgeFor(
  context: TcpContext,
  table: TimeWaitTable,
  row: number,
  cause: Frame,
): void {
  const frame = replyTo(context, cause);
  if (frame === null) return;
  frame.tcpFlags = TcpFlag.ack;
  frame.sequenceNumber = table.sendNext(row);
  frame.acknowledgementNumber = table.receiveNext(row);
  frame.window = table.receiveWindow(row) >> table.receiveScale(row);
  if (table.timestamps(row)) {
    frame.hasTimestamps = true;
    const offset = context.secrets.timestampOffset(cause.destination, cause.source);
    frame.timestampValue = timestampClock(context.host.engine.now, offset);
    frame.timestampEcho = table.timestampRecent(row);
  }
  sendReply(context, frame);
}
