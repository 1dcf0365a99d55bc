/** What a connection does when one of its timers fires (net/ipv4/tcp_timer.c). Left out: keepalive probes. */
import { TcpFlag } from "../../../packet/protocol.ts";
import { TcpState } from "../socket.ts";
import { delayedAckExpired } from "./ack-policy.ts";
import { millisecondsAt } from "./clock.ts";
import { becomeTimeWait, finish, finTime } from "./close.ts";
import { giveUp } from "./input.ts";
import { sendNew } from "./output.ts";
import { enterLoss } from "./recovery.ts";
import { retransmit } from "./retransmit.ts";
import { RTO_MAX, RTO_MIN, timedOut } from "./rto.ts";
import type { SentSegment } from "./segment.ts";
import { after } from "./sequence.ts";
import { finWaits, setbacksOf, type Tcb, TransmitTimer } from "./tcb.ts";
import { TIME_WAIT_LENGTH } from "./time-wait.ts";
import { outOfQueue, sendActiveReset, transmit } from "./transmit.ts";
import { armWindowProbe, rearmRetransmit } from "./transmit-timer.ts";

const ORPHAN_RETRIES = 8;

export function timerExpired(tcb: Tcb, slot: number): void {
  if (slot === tcb.delayedAckSlot) return delayedAckExpired(tcb);
  if (tcb.setbacks !== null && slot === tcb.setbacks.finWaitSlot) return finWaitExpired(tcb);
  const kind = tcb.transmitTimer;
  tcb.transmitTimer = TransmitTimer.none;
  switch (kind) {
    case TransmitTimer.retransmit:
      return retransmitTimeout(tcb);
    case TransmitTimer.probe:
      return probeWindow(tcb);
    case TransmitTimer.lossProbe:
      return probeLoss(tcb);
  }
}

/** Nothing was acknowledged in time: everything is sent again, slowly (`tcp_retransmit_timer`). */
function retransmitTimeout(tcb: Tcb): void {
  const head = tcb.sentHead;
  if (head === null) return;
  const now = millisecondsAt(tcb.context.host.engine.now);
  const opening = isOpening(tcb);
  const shut = tcb.sendWindow === 0 && tcb.orphan === false && !opening;
  if (shut ? ((now - tcb.peerHeardAt) | 0) > RTO_MAX : outOfPatience(tcb)) return giveUp(tcb);
  tcb.context.counters.TCPTimeouts++;
  const setbacks = setbacksOf(tcb);
  if (!opening) enterLoss(tcb, setbacks);
  if (!shut) {
    setbacks.retransmits++;
    setbacks.backoff++;
  }
  retransmit(tcb, head);
  tcb.rto = Math.min(2 * tcb.rto, RTO_MAX);
  rearmRetransmit(tcb);
}

const isOpening = (tcb: Tcb): boolean =>
  tcb.state === TcpState.synSent || tcb.state === TcpState.synReceived;

/** `tcp_write_timeout`. */
function outOfPatience(tcb: Tcb): boolean {
  const { sysctls } = tcb.context.host;
  if (isOpening(tcb)) return setbacksOf(tcb).retransmits >= sysctls.tcp_syn_retries;
  if (tcb.orphan === false) return timedOut(tcb, sysctls.tcp_retries2, RTO_MIN);
  return timedOut(tcb, orphanRetries(tcb, tcb.rto < RTO_MAX), RTO_MIN);
}

/** How often an orphan tries; one that ICMP said is unreachable gives up at once when it is slow already. */
function orphanRetries(tcb: Tcb, alive: boolean): number {
  const retries = tcb.context.host.sysctls.tcp_orphan_retries;
  if (setbacksOf(tcb).softError !== 0 && !alive) return 0;
  return retries === 0 && alive ? ORPHAN_RETRIES : retries;
}

/** Knocks at a closed window (`tcp_probe_timer`). */
function probeWindow(tcb: Tcb): void {
  const setbacks = setbacksOf(tcb);
  if (tcb.packetsOut > 0 || tcb.writeEnd === tcb.sendNext) {
    setbacks.probesOut = 0;
    return;
  }
  const { sysctls } = tcb.context.host;
  let most = sysctls.tcp_retries2;
  if (tcb.orphan === true)
    most = orphanRetries(tcb, tcb.rto * (1 << Math.min(setbacks.backoff, 9)) < RTO_MAX);
  if (setbacks.probesOut >= most) return giveUp(tcb);
  const room = (tcb.sendUnacknowledged + tcb.sendWindow - tcb.sendNext) | 0;
  if (room > 0) {
    // less than a segment: better than silence
    const size = Math.min(room, tcb.mss, tcb.unsent);
    sendNew(tcb, size, size === tcb.unsent && room > size && finWaits(tcb));
    setbacks.backoff = 0;
    return rearmRetransmit(tcb);
  }
  // an old sequence number makes the peer tell its window
  const before = (tcb.sendUnacknowledged - 1) | 0;
  transmit(tcb, outOfQueue(before, TcpFlag.ack));
  setbacks.probesOut++;
  if (setbacks.backoff < sysctls.tcp_retries2) setbacks.backoff++;
  armWindowProbe(tcb);
}

/** No acknowledgement for two round trips: one more segment shows whether the tail was lost (RFC 8985 §7). */
function probeLoss(tcb: Tcb): void {
  const setbacks = setbacksOf(tcb);
  if (tcb.packetsOut === 0 || setbacks.probeEnd !== null) return rearmRetransmit(tcb);
  const size = Math.min(tcb.unsent, tcb.mss);
  const end = (tcb.sendNext + size) | 0;
  if (size > 0 && !after(end, (tcb.sendUnacknowledged + tcb.sendWindow) | 0))
    sendNew(tcb, size, false);
  else retransmit(tcb, tcb.sentTail as SentSegment);
  setbacks.probeEnd = tcb.sendNext;
  tcb.context.counters.TCPLossProbes++;
  rearmRetransmit(tcb);
}

/** The peer did not close in time (`tcp_keepalive_timer`). */
function finWaitExpired(tcb: Tcb): void {
  if (tcb.state !== TcpState.finWait2 || tcb.orphan === false) return;
  const left = finTime(tcb) - TIME_WAIT_LENGTH;
  if (left > 0) return becomeTimeWait(tcb, TcpState.finWait2, left);
  sendActiveReset(tcb);
  finish(tcb);
}
