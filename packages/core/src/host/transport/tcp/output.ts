/**
 * Sending new data: how much, when, and in which pieces (`tcp_write_xmit`): the peer's window, the congestion window,
 * Nagle's rule in Minshall's form, slow start after idleness. One segment per frame: lvsim has no segmentation
 * offload. PSH marks the segment that ends a write of the application.
 */

import { TcpFlag } from "../../../packet/protocol.ts";
import { microsecondsAt, millisecondsAt } from "./clock.ts";
import { Chunk, SentSegment } from "./segment.ts";
import { after } from "./sequence.ts";
import type { Setbacks } from "./setbacks.ts";
import {
  finWaits,
  INITIAL_WINDOW_SEGMENTS,
  inFlight,
  type Tcb,
  TcbFlag,
  TransmitTimer,
} from "./tcb.ts";
import { NO_OCTETS, routeOf, transmit } from "./transmit.ts";
import { armLossTimer, armWindowProbe } from "./transmit-timer.ts";

const NOTHING = new Chunk(NO_OCTETS, 0, 0, 0);

/** Sends what may be sent now. There is something to send exactly while the ends of what is written and sent differ. */
export function pushPending(tcb: Tcb): void {
  if (tcb.writeEnd !== tcb.sendNext) sendPending(tcb);
}

function sendPending(tcb: Tcb): void {
  routeOf(tcb);
  if (tcb.window > INITIAL_WINDOW_SEGMENTS) restartAfterIdle(tcb);
  tcb.flags &= ~TcbFlag.windowLimited;
  const first = tcb.sendNext;
  do {
    const size = Math.min(tcb.unsent, tcb.mss);
    const fin = size === tcb.unsent && finWaits(tcb);
    if (inFlight(tcb) >= tcb.window) {
      tcb.flags |= TcbFlag.windowLimited;
      break;
    }
    if (after((tcb.sendNext + size + (fin ? 1 : 0)) | 0, windowEnd(tcb))) break;
    if (!fin && size < tcb.mss && nagleHolds(tcb)) break;
    sendNew(tcb, size, fin);
    if (tcb.setbacks !== null) sentAmid(tcb.setbacks);
  } while (tcb.writeEnd !== tcb.sendNext);
  if (tcb.sendNext === first) return nothingSent(tcb);
  noteWindowUsage(tcb);
  armLossTimer(tcb);
}

function sentAmid({ recovery }: Setbacks): void {
  if (recovery !== null) recovery.sent++;
}

function nothingSent(tcb: Tcb): void {
  if (tcb.packetsOut === 0 && tcb.transmitTimer === TransmitTimer.none) armWindowProbe(tcb);
}

/** One past the last sequence number that the peer's window has room for. */
const windowEnd = (tcb: Tcb): number => (tcb.sendUnacknowledged + tcb.sendWindow) | 0;

/** A short segment waits while another short one is not acknowledged. */
const nagleHolds = (tcb: Tcb): boolean =>
  tcb.packetsOut > 0 && after(tcb.smallSent, tcb.sendUnacknowledged);

/** Sends `size` octets off the head of the write queue, with FIN when `fin`. */
export function sendNew(tcb: Tcb, size: number, fin: boolean): void {
  const flags = fin ? TcpFlag.fin | TcpFlag.ack : TcpFlag.ack;
  const head = tcb.writeHead;
  if (size === 0 || head === null) return sendPiece(tcb, flags, NOTHING, size);
  if (head.length !== size) return sendPart(tcb, flags, head, size);
  tcb.writeHead = head.next;
  if (head.next === null) tcb.writeTail = null;
  sendPiece(tcb, flags | TcpFlag.psh, head, size);
}

/** The same when the segment is not just what was written first. */
function sendPart(tcb: Tcb, flags: number, head: Chunk, size: number): void {
  if (head.length > size) {
    const piece = new Chunk(head.octets, head.offset, size, 0);
    head.offset += size;
    head.length -= size;
    return sendPiece(tcb, flags, piece, size);
  }
  const whole = new Uint8Array(size);
  const push = gather(tcb, whole) ? TcpFlag.psh : 0;
  sendPiece(tcb, flags | push, new Chunk(whole, 0, size, 0), size);
}

/** Sends `size` octets from where `piece` begins, which is in the write queue no more. */
function sendPiece(tcb: Tcb, flags: number, piece: Chunk, size: number): void {
  const { octets, offset } = piece;
  if ((flags & TcpFlag.fin) !== 0) tcb.flags |= TcbFlag.finSent;
  tcb.unsent -= size;
  const segment = outstanding(tcb, flags, octets, offset, size);
  if (size < tcb.mss) tcb.smallSent = segment.end;
  segment.frameId = transmit(tcb, segment);
}

/** The next segment, behind those that wait for their acknowledgement. */
export function outstanding(
  tcb: Tcb,
  flags: number,
  octets: Uint8Array,
  offset: number,
  length: number,
): SentSegment {
  const now = microsecondsAt(tcb.context.host.engine.now);
  const segment = new SentSegment(tcb.sendNext, flags, octets, offset, length, now);
  tcb.sendNext = segment.end;
  if (tcb.sentTail === null) tcb.sentHead = segment;
  else tcb.sentTail.next = segment;
  tcb.sentTail = segment;
  tcb.packetsOut++;
  return segment;
}

function shiftChunk(tcb: Tcb): void {
  const head = tcb.writeHead;
  if (head === null) return;
  tcb.writeHead = head.next;
  if (head.next === null) tcb.writeTail = null;
}

/** Fills `target` from several writes; true when it ends where one of them ends. */
function gather(tcb: Tcb, target: Uint8Array): boolean {
  let at = 0;
  for (let head = tcb.writeHead; head !== null && at < target.length; head = tcb.writeHead) {
    const take = Math.min(head.length, target.length - at);
    target.set(head.octets.subarray(head.offset, head.offset + take), at);
    at += take;
    if (take < head.length) {
      head.offset += take;
      head.length -= take;
      return false;
    }
    shiftChunk(tcb);
  }
  return true;
}

/** A window that was not used for longer than a timeout is halved for each (`tcp_cwnd_restart`). */
function restartAfterIdle(tcb: Tcb): void {
  const { engine, sysctls } = tcb.context.host;
  if (tcb.packetsOut > 0 || sysctls.tcp_slow_start_after_idle === 0) return;
  let idle = (millisecondsAt(engine.now) - tcb.lastSent) | 0;
  if (idle <= tcb.rto) return;
  tcb.threshold = Math.max(tcb.threshold, (tcb.window >> 1) + (tcb.window >> 2));
  while (idle > tcb.rto && tcb.window > INITIAL_WINDOW_SEGMENTS) {
    idle -= tcb.rto;
    tcb.window >>= 1;
  }
  tcb.window = Math.max(tcb.window, INITIAL_WINDOW_SEGMENTS);
  tcb.windowCount = 0;
}

/** Remembers how much of the congestion window was used, once per window (`tcp_cwnd_validate`). */
function noteWindowUsage(tcb: Tcb): void {
  if (inFlight(tcb) >= tcb.window) tcb.flags |= TcbFlag.windowLimited;
  if (
    after(tcb.windowUsageSequence, tcb.sendUnacknowledged) &&
    (tcb.flags & TcbFlag.windowLimited) === 0 &&
    tcb.packetsOut <= tcb.maxPacketsOut
  )
    return;
  tcb.maxPacketsOut = tcb.packetsOut;
  tcb.windowUsageSequence = tcb.sendNext;
}
