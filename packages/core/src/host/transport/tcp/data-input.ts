/** The text and the FIN of an acceptable segment (`tcp_data_queue`; RFC 9293 §3.10.7.4, seventh and eighth check). */
import type { Frame } from "../../../packet/frame.ts";
import { TcpFlag } from "../../../packet/protocol.ts";
import type { DropReason } from "../../../trace/drop-reason.ts";
import { TcpState } from "../socket.ts";
import { enterQuickAcks, noteData, QUICK_ACKS_MAX, scheduleAck } from "./ack-policy.ts";
import { becomeTimeWait } from "./close.ts";
import { dropPassedBlocks, keepEarly, noteDuplicate } from "./early-data.ts";
import { growThreshold, segmentCost } from "./receive-window.ts";
import { Chunk } from "./segment.ts";
import { after, before } from "./sequence.ts";
import { AckPending, receiveWindowLeft, Shutdown, setState, type Tcb, TcbFlag } from "./tcb.ts";
import { sendAck } from "./transmit.ts";

/** Smaller segments say nothing about what the buffer's overhead will be. */
const TELLING_LENGTH = 128;

/** Takes the data or the FIN of `frame`, which has one; the reason when none of it was taken, null otherwise. */
export function takeData(tcb: Tcb, frame: Frame): DropReason | null {
  const fin = (frame.tcpFlags & TcpFlag.fin) !== 0;
  const start = frame.sequenceNumber;
  const end = (start + frame.payloadLength + (fin ? 1 : 0)) | 0;
  const next = tcb.receiveNext;
  const left = receiveWindowLeft(tcb);
  if (!after(end, next)) {
    noteDuplicate(tcb, start, end);
    return refuse(tcb, "tcp-old-acknowledgement");
  }
  if (left === 0 && !after(start, next)) return refuse(tcb, "tcp-out-of-window");
  if (!before(start, (next + left) | 0)) return refuse(tcb, "tcp-out-of-window");
  if (tcb.receiveMemory > tcb.receiveBuffer && frame.payloadLength > 0)
    return refuse(tcb, "tcp-receive-buffer-full");
  if (after(start, next)) {
    scheduleAck(tcb);
    keepEarly(tcb, frame);
    return null;
  }
  const skip = (next - start) | 0;
  if (skip > 0) noteDuplicate(tcb, start, next);
  append(tcb, frame.payload, frame.payloadOffset + skip, frame.payloadLength - skip);
  if (frame.payloadLength > 0) {
    noteData(tcb, frame.payloadLength);
    if (frame.payloadLength >= TELLING_LENGTH) growThreshold(tcb, frame.payloadLength);
    tcb.flags |= TcbFlag.wakePending;
  }
  if (fin) takeFin(tcb);
  if (tcb.earlyHead !== null) takeEarly(tcb);
  return null;
}

/** Out of the window, or nothing new: the peer is told at once what we expect. */
function refuse(tcb: Tcb, reason: DropReason): DropReason {
  enterQuickAcks(tcb, QUICK_ACKS_MAX);
  scheduleAck(tcb);
  return reason;
}

function append(tcb: Tcb, octets: Uint8Array, offset: number, length: number): void {
  tcb.receiveNext = (tcb.receiveNext + length) | 0;
  if (length <= 0) return;
  const cost = segmentCost(length);
  const chunk = new Chunk(octets, offset, length, cost);
  if (tcb.receiveTail === null) tcb.receiveHead = chunk;
  else tcb.receiveTail.next = chunk;
  tcb.receiveTail = chunk;
  tcb.available += length;
  tcb.receiveMemory += cost;
}

/** Takes the early segments whose turn has come (`tcp_ofo_queue`). */
function takeEarly(tcb: Tcb): void {
  let early = tcb.earlyHead;
  while (early !== null && !after(early.sequence, tcb.receiveNext)) {
    tcb.earlyHead = early.next;
    tcb.receiveMemory -= early.truesize;
    const skip = (tcb.receiveNext - early.sequence) | 0;
    const length = (early.end - tcb.receiveNext) | 0;
    if (length > 0) append(tcb, early.octets, early.offset + skip, length);
    else noteDuplicate(tcb, early.sequence, early.end);
    if (early.fin && tcb.finReceived === false) {
      takeFin(tcb);
      early = null;
    } else early = tcb.earlyHead;
  }
  // a hole that is filled is acknowledged at once (RFC 5681 §4.2)
  if (tcb.earlyHead === null) tcb.ackPending |= AckPending.now;
  dropPassedBlocks(tcb);
}

/** The peer sends no more (`tcp_fin`). */
function takeFin(tcb: Tcb): void {
  tcb.receiveNext = (tcb.receiveNext + 1) | 0;
  tcb.flags |= TcbFlag.finReceived;
  scheduleAck(tcb);
  tcb.shutdown |= Shutdown.receive;
  tcb.earlyHead = null;
  tcb.flags |= TcbFlag.wakePending;
  switch (tcb.state) {
    case TcpState.synReceived:
    case TcpState.established:
      setState(tcb, TcpState.closeWait);
      // the owner will close soon: its FIN can take the acknowledgement along
      tcb.flags |= TcbFlag.pingPong;
      return;
    case TcpState.finWait1:
      sendAck(tcb);
      setState(tcb, TcpState.closing);
      return;
    case TcpState.finWait2:
      sendAck(tcb);
      becomeTimeWait(tcb, TcpState.timeWait, 0);
      return;
  }
}

/** Up to `max` octets off the receive queue, which is not empty. Octets are shared with the sender where they can be. */
export function readQueue(tcb: Tcb, max: number): Uint8Array {
  const head = tcb.receiveHead as Chunk;
  const count = Math.min(max, tcb.available);
  tcb.available -= count;
  if (head.length >= count) {
    const whole = head.offset === 0 && count === head.octets.length;
    const octets = whole ? head.octets : head.octets.subarray(head.offset, head.offset + count);
    consume(tcb, head, count);
    return octets;
  }
  const octets = new Uint8Array(count);
  for (let at = 0; at < count; ) {
    const chunk = tcb.receiveHead as Chunk;
    const take = Math.min(chunk.length, count - at);
    octets.set(chunk.octets.subarray(chunk.offset, chunk.offset + take), at);
    at += take;
    consume(tcb, chunk, take);
  }
  return octets;
}

function consume(tcb: Tcb, chunk: Chunk, count: number): void {
  chunk.offset += count;
  chunk.length -= count;
  if (chunk.length > 0) return;
  tcb.receiveMemory -= chunk.cost;
  tcb.receiveHead = chunk.next;
  if (chunk.next === null) tcb.receiveTail = null;
}
