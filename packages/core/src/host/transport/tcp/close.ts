/** How a connection ends: for good (`tcp_done`), by RST (`tcp_reset`), or into TIME_WAIT (`tcp_time_wait`). */
import { Errno } from "../../../base/errno.ts";
import { UNARMED } from "../../../time/timer.ts";
import type { TimerWheel } from "../../../time/timer-wheel.ts";
import { TcpState } from "../socket.ts";
import type { Setbacks } from "./setbacks.ts";
import {
  receiveWindowLeft,
  Shutdown,
  setbacksOf,
  setState,
  type Tcb,
  TcbFlag,
  TransmitTimer,
} from "./tcb.ts";
import { TIME_WAIT_LENGTH, TimeWaits } from "./time-wait.ts";

/** The connection is over: timers stop, queues empty, its flow and port are free. */
export function finish(tcb: Tcb): void {
  const { context } = tcb;
  if (tcb.state === TcpState.synSent || tcb.state === TcpState.synReceived)
    context.counters.AttemptFails++;
  setState(tcb, TcpState.close);
  releaseTimers(tcb);
  if (tcb.hashed) {
    tcb.flags &= ~TcbFlag.hashed;
    context.flows.remove(tcb);
  }
  tcb.shutdown = Shutdown.receive | Shutdown.send;
  tcb.sentHead = tcb.sentTail = null;
  tcb.packetsOut = 0;
  tcb.setbacks?.forgetSegments();
  tcb.writeHead = tcb.writeTail = null;
  tcb.unsent = 0;
  tcb.writeEnd = tcb.sendNext;
  tcb.earlyHead = null;
  tcb.ackPending = 0;
  context.released(tcb);
  tcb.flags |= TcbFlag.wakePending;
}

function releaseTimers(tcb: Tcb): void {
  const { timers } = tcb.context.host.engine;
  if (tcb.transmitSlot !== UNARMED) timers.release(tcb.transmitSlot);
  if (tcb.delayedAckSlot !== UNARMED) timers.release(tcb.delayedAckSlot);
  tcb.transmitSlot = tcb.delayedAckSlot = UNARMED;
  tcb.transmitTimer = TransmitTimer.none;
  if (tcb.setbacks !== null) releaseFinWait(timers, tcb.setbacks);
}

function releaseFinWait(timers: TimerWheel, setbacks: Setbacks): void {
  if (setbacks.finWaitSlot !== UNARMED) timers.release(setbacks.finWaitSlot);
  setbacks.finWaitSlot = UNARMED;
}

/** `error` ends the connection and is what its owner sees. */
export function abortWith(tcb: Tcb, error: Errno): void {
  setbacksOf(tcb).error = error;
  finish(tcb);
}

/** A valid RST came. */
export function resetByPeer(tcb: Tcb): void {
  const { state } = tcb;
  if (state === TcpState.close) return;
  if (state === TcpState.established || state === TcpState.closeWait)
    tcb.context.counters.EstabResets++;
  abortWith(tcb, resetError(state));
}

function resetError(state: TcpState): Errno {
  if (state === TcpState.synSent) return Errno.ECONNREFUSED;
  return state === TcpState.closeWait ? Errno.EPIPE : Errno.ECONNRESET;
}

/** The socket is done; a TIME_WAIT (or a FIN_WAIT2 that nobody owns) stays in its place. */
export function becomeTimeWait(
  tcb: Tcb,
  state: typeof TcpState.timeWait | typeof TcpState.finWait2,
  length: number,
): void {
  const { context } = tcb;
  const patience = Math.max(length, (tcb.rto * 7) >> 1);
  context.timeWaits ??= new TimeWaits(context.host);
  const waits = context.timeWaits;
  const time = state === TcpState.timeWait ? TIME_WAIT_LENGTH : patience;
  waits.add(tcb, tcb.state, state, receiveWindowLeft(tcb), time);
  tcb.state = TcpState.close;
  finish(tcb);
}

/** How many milliseconds an orphan waits for the peer's FIN (`tcp_fin_time`). */
export function finTime(tcb: Tcb): number {
  return Math.max(tcb.context.host.sysctls.tcp_fin_timeout * 1000, (tcb.rto * 7) / 2);
}
