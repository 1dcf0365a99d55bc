/** Sending again: one segment (`tcp_retransmit_skb`) and all that are thought lost (`tcp_xmit_retransmit_queue`). */

import { TcpFlag } from "../../../packet/protocol.ts";
import { microsecondsAt, millisecondsAt } from "./clock.ts";
import { SegmentMark, SentSegment } from "./segment.ts";
import type { Setbacks } from "./setbacks.ts";
import { inFlight, setbacksOf, type Tcb } from "./tcb.ts";
import { routeOf, transmit } from "./transmit.ts";

/** Sends `segment` once more, cut down to the present MSS. */
export function retransmit(tcb: Tcb, segment: SentSegment): void {
  const { context } = tcb;
  const { host } = context;
  routeOf(tcb);
  if (segment.length > tcb.mss) split(tcb, segment, tcb.mss);
  const { now } = host.engine;
  const setbacks = setbacksOf(tcb);
  if (setbacks.retransmitStart === null) {
    const ago = (microsecondsAt(now) - segment.sentAt) | 0;
    setbacks.retransmitStart = (millisecondsAt(now) - Math.floor(ago / 1000)) | 0;
  }
  segment.retransmissions++;
  segment.sentAt = microsecondsAt(now);
  if ((segment.marks & SegmentMark.resent) === 0) {
    segment.marks |= SegmentMark.resent;
    setbacks.resentOut++;
  }
  setbacks.totalRetransmits++;
  context.counters.RetransSegs++;
  setbacks.resentOctets += segment.length;
  const id = transmit(tcb, segment);
  if (segment.frameId === 0) segment.frameId = id;
  const { trace } = host;
  if (trace !== null) {
    const times = segment.retransmissions;
    trace.note("tcp-retransmit", now, host.place, null, null, segment.sequence, tcb.rto, times);
  }
}

/** Sends lost segments again as far as the congestion window allows. */
export function retransmitLost(tcb: Tcb): void {
  const { setbacks } = tcb;
  if (setbacks === null || setbacks.lostOut <= 0) return;
  for (let segment = tcb.sentHead; segment !== null; segment = segment.next) {
    if (segment.marks !== SegmentMark.lost) continue;
    if (inFlight(tcb) >= tcb.window) return;
    retransmit(tcb, segment);
    if (setbacks.recovery !== null) setbacks.recovery.sent++;
  }
}

export function markLost(setbacks: Setbacks, segment: SentSegment): void {
  if ((segment.marks & (SegmentMark.lost | SegmentMark.sacked)) !== 0) return;
  segment.marks |= SegmentMark.lost;
  setbacks.lostOut++;
}

/** Makes two segments of one, the first `length` octets long. */
function split(tcb: Tcb, segment: SentSegment, length: number): void {
  const rest = new SentSegment(
    (segment.sequence + length) | 0,
    segment.flags,
    segment.octets,
    segment.offset + length,
    segment.length - length,
    segment.sentAt,
  );
  rest.marks = segment.marks & SegmentMark.lost;
  rest.retransmissions = segment.retransmissions;
  rest.frameId = segment.frameId;
  rest.next = segment.next;
  if (segment.next === null) tcb.sentTail = rest;
  segment.next = rest;
  segment.flags &= ~(TcpFlag.fin | TcpFlag.psh);
  segment.length = length;
  segment.end = rest.sequence;
  tcb.packetsOut++;
  if (rest.marks !== 0) setbacksOf(tcb).lostOut++;
}
