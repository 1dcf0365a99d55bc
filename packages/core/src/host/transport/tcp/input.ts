/**
 * A segment for a connection (`tcp_rcv_established`, `tcp_rcv_state_process`), in the order of RFC 9293 §3.10.7.4:
 * sequence number, RST, SYN, acknowledgement, text, FIN. SYN-SENT is in active-open.ts. Left out: urgent data, ECN.
 */
import { Errno } from "../../../base/errno.ts";
import type { Frame } from "../../../packet/frame.ts";
import { TcpFlag } from "../../../packet/protocol.ts";
import { UNARMED } from "../../../time/timer.ts";
import type { DropReason } from "../../../trace/drop-reason.ts";
import { TcpState } from "../socket.ts";
import { acknowledgeScheduled } from "./ack-policy.ts";
import { AckResult, acknowledge } from "./acknowledge.ts";
import { millisecondsAt } from "./clock.ts";
import { abortWith, becomeTimeWait, finish, finTime, resetByPeer } from "./close.ts";
import { takeData } from "./data-input.ts";
import { establish } from "./establish.ts";
import { pushPending } from "./output.ts";
import { segmentEnd, sendReset } from "./reset.ts";
import { after, before } from "./sequence.ts";
import { AckPending, Shutdown, setbacksOf, setState, type Tcb, TcbFlag } from "./tcb.ts";
import { TIME_WAIT_LENGTH } from "./time-wait.ts";
import { challenge, isOlder, validate } from "./validate.ts";

const CONTROLS = TcpFlag.ack | TcpFlag.rst | TcpFlag.syn;

/** Processes `frame` for a connection past SYN-SENT; null when it was consumed, otherwise why it was not. */
export function segmentArrives(tcb: Tcb, frame: Frame): DropReason | null {
  const flags = frame.tcpFlags;
  // what begins where the next segment is expected is never out of the window
  const plain = (flags & CONTROLS) === TcpFlag.ack && frame.sequenceNumber === tcb.receiveNext;
  if (!plain || isOlder(tcb, frame)) {
    const end = examine(tcb, frame);
    if (end !== undefined) return end;
  }
  const result = acknowledge(tcb, frame);
  if (tcb.state === TcpState.established) {
    if (result === AckResult.challenge) challenge(tcb);
    if (result === AckResult.challenge || result === AckResult.invalid)
      return "tcp-old-acknowledgement";
  } else {
    const end = afterAcknowledgement(tcb, frame, result);
    if (end !== undefined) return end;
  }
  if (frame.payloadLength > 0 || (flags & TcpFlag.fin) !== 0) return text(tcb, frame);
  if (isBusy(tcb)) goOn(tcb);
  return null;
}

/** The checks up to the fifth; undefined when the segment passes them. */
function examine(tcb: Tcb, frame: Frame): DropReason | null | undefined {
  const flags = frame.tcpFlags;
  if ((flags & CONTROLS) === 0) return "tcp-invalid-segment";
  const refused = validate(tcb, frame);
  if (refused !== null) return refused;
  if ((flags & TcpFlag.rst) !== 0) return null;
  return (flags & TcpFlag.ack) === 0 ? "tcp-invalid-segment" : undefined;
}

/** Seventh check on: data, then whatever is now to be sent. */
function text(tcb: Tcb, frame: Frame): DropReason | null {
  const plain = tcb.state === TcpState.established;
  const refused = plain ? takeData(tcb, frame) : takeLateText(tcb, frame);
  goOn(tcb);
  return refused;
}

/** Whether there is anything to do after a segment was processed. */
const isBusy = (tcb: Tcb): boolean =>
  tcb.writeEnd !== tcb.sendNext ||
  (tcb.ackPending & AckPending.scheduled) !== 0 ||
  tcb.wantsSpace === true;

function goOn(tcb: Tcb): void {
  if (tcb.state === TcpState.close) return;
  pushPending(tcb);
  if ((tcb.ackPending & AckPending.scheduled) !== 0) acknowledgeScheduled(tcb);
  if (tcb.wantsSpace === true) tellWriter(tcb);
}

/** Text in a state other than ESTABLISHED. */
function takeLateText(tcb: Tcb, frame: Frame): DropReason | null {
  switch (tcb.state) {
    case TcpState.closeWait:
    case TcpState.closing:
    case TcpState.lastAck:
      // nothing can follow the peer's FIN, but what came before it may come again
      return before(frame.sequenceNumber, tcb.receiveNext) ? textAfterClose(tcb, frame) : null;
    case TcpState.finWait1:
      return textAfterClose(tcb, frame);
    case TcpState.finWait2: {
      const refused = textAfterClose(tcb, frame);
      if (tcb.state === TcpState.finWait2 && tcb.orphan === true) waitForFin(tcb);
      return refused;
    }
  }
  return null;
}

/** Data for a socket that nobody reads any more, or beyond the peer's own FIN, is answered with RST (RFC 1122 §4.2.2.13). */
function textAfterClose(tcb: Tcb, frame: Frame): DropReason | null {
  const fin = frame.tcpFlags & TcpFlag.fin;
  if ((tcb.shutdown & Shutdown.receive) !== 0 && frame.payloadLength > 0)
    if (after((segmentEnd(frame) - fin) | 0, tcb.receiveNext)) {
      tcb.context.counters.TCPAbortOnData++;
      resetByPeer(tcb);
      sendReset(tcb.context, frame);
      return "tcp-invalid-segment";
    }
  return takeData(tcb, frame);
}

/** Fifth check in the states other than ESTABLISHED; undefined when the segment goes on to its text. */
function afterAcknowledgement(
  tcb: Tcb,
  frame: Frame,
  result: AckResult,
): DropReason | null | undefined {
  if (result !== AckResult.acceptable) {
    if (tcb.state === TcpState.synReceived) {
      sendReset(tcb.context, frame);
      return "tcp-invalid-segment";
    }
    challenge(tcb);
    return "tcp-old-acknowledgement";
  }
  const allSent = tcb.sendUnacknowledged === tcb.writeEnd;
  switch (tcb.state) {
    case TcpState.synReceived:
      return establish(tcb, frame);
    case TcpState.finWait1:
      if (allSent) return finAcknowledged(tcb, frame);
      break;
    case TcpState.closing:
      if (!allSent) break;
      becomeTimeWait(tcb, TcpState.timeWait, TIME_WAIT_LENGTH);
      return null;
    case TcpState.lastAck:
      if (!allSent) break;
      finish(tcb);
      return null;
  }
  return undefined;
}

/** FIN-WAIT-1 is over. An orphan waits for the peer's FIN only so long, and without a socket. */
function finAcknowledged(tcb: Tcb, frame: Frame): DropReason | null | undefined {
  setState(tcb, TcpState.finWait2);
  tcb.shutdown |= Shutdown.send;
  tcb.flags |= TcbFlag.confirmPending;
  if (tcb.orphan === false) {
    tcb.flags |= TcbFlag.wakePending;
    return undefined;
  }
  const fin = frame.tcpFlags & TcpFlag.fin;
  const end = segmentEnd(frame);
  if (end !== frame.sequenceNumber && after((end - fin) | 0, tcb.receiveNext)) {
    tcb.context.counters.TCPAbortOnData++;
    finish(tcb);
    sendReset(tcb.context, frame);
    return "tcp-invalid-segment";
  }
  if (fin !== 0) return undefined;
  const patience = finTime(tcb);
  if (patience <= TIME_WAIT_LENGTH) {
    becomeTimeWait(tcb, TcpState.finWait2, patience);
    return null;
  }
  armFinWait(tcb, patience - TIME_WAIT_LENGTH);
  return undefined;
}

/** The FIN that came with the acknowledgement of ours could not be taken yet: something before it is missing. */
function waitForFin(tcb: Tcb): void {
  if (setbacksOf(tcb).finWaitSlot !== UNARMED) return;
  const patience = finTime(tcb);
  armFinWait(tcb, patience > TIME_WAIT_LENGTH ? patience - TIME_WAIT_LENGTH : patience);
}

export function armFinWait(tcb: Tcb, patience: number): void {
  const { engine } = tcb.context.host;
  const setbacks = setbacksOf(tcb);
  if (setbacks.finWaitSlot === UNARMED) setbacks.finWaitSlot = engine.timers.hold(tcb);
  setbacks.finWaitDue = (millisecondsAt(engine.now) + patience) | 0;
  engine.timers.armHeld(setbacks.finWaitSlot, patience);
}

/** Room in the send buffer for somebody who waits for it (`tcp_check_space`). */
function tellWriter(tcb: Tcb): void {
  if (3 * queued(tcb) > 2 * sendBuffer(tcb)) return;
  tcb.flags &= ~TcbFlag.wantsSpace;
  tcb.flags |= TcbFlag.wakePending;
}

/** Octets written and not yet acknowledged. */
export const queued = (tcb: Tcb): number => (tcb.writeEnd - tcb.sendUnacknowledged) | 0;

/** Octets that may be queued: two congestion windows (`tcp_sndbuf_expand`), at least the 87,040 that a new connection has. */
export function sendBuffer(tcb: Tcb): number {
  const wanted = Math.max(87_040, 2 * tcb.window * (tcb.mss + 856));
  return Math.min(wanted, tcb.context.host.sysctls.tcp_wmem_max);
}

/** The owner is gone or wants to be rid of it: ETIMEDOUT or what ICMP said before. */
export function giveUp(tcb: Tcb): void {
  tcb.context.counters.TCPAbortOnTimeout++;
  const softError = tcb.setbacks?.softError ?? 0;
  abortWith(tcb, softError === 0 ? Errno.ETIMEDOUT : softError);
}
