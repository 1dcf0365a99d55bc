/** The one timer of the sending side, for timeouts, probes of a closed window, and tail loss probes. */
import { UNARMED } from "../../../time/timer.ts";
import { millisecondsAt } from "./clock.ts";
import { RTO_MAX, RTO_MIN } from "./rto.ts";
import { INITIAL_RTO, isRecovering, type Tcb, TransmitTimer } from "./tcb.ts";

const TWO_JIFFIES = 8;
const FIRST_PROBE_SHIFT_MAX = 9;

export function armTransmitTimer(tcb: Tcb, timer: TransmitTimer, delay: number): void {
  const { engine } = tcb.context.host;
  const { timers } = engine;
  if (tcb.transmitSlot === UNARMED) tcb.transmitSlot = timers.hold(tcb);
  tcb.transmitTimer = timer;
  tcb.transmitDue = (millisecondsAt(engine.now) + delay) | 0;
  if (tcb.context.byProcess === true) timers.armHeldByProcess(tcb.transmitSlot, delay);
  else timers.armHeld(tcb.transmitSlot, delay);
}

export function cancelTransmitTimer(tcb: Tcb): void {
  if (tcb.transmitTimer === TransmitTimer.none) return;
  tcb.transmitTimer = TransmitTimer.none;
  tcb.context.host.engine.timers.disarm(tcb.transmitSlot);
}

/** A full timeout from now, or none when nothing is outstanding (`tcp_rearm_rto`). */
export function rearmRetransmit(tcb: Tcb): void {
  if (tcb.packetsOut === 0) cancelTransmitTimer(tcb);
  else armTransmitTimer(tcb, TransmitTimer.retransmit, tcb.rto);
}

/** A probe for a lost tail where the peer can tell us what arrived, otherwise the timeout (`tcp_set_xmit_timer`). */
export function armLossTimer(tcb: Tcb): void {
  if (tcb.sack === false || tcb.packetsOut === 0 || isRecovering(tcb)) return rearmRetransmit(tcb);
  const { srtt } = tcb;
  let delay = INITIAL_RTO;
  // a lone segment's acknowledgement may be delayed
  if (srtt > 0)
    delay = ((((srtt >> 2) + 999) / 1000) | 0) + (tcb.packetsOut === 1 ? RTO_MIN : TWO_JIFFIES);
  armTransmitTimer(tcb, TransmitTimer.lossProbe, Math.min(delay, tcb.rto));
}

/** When to knock at a closed window next (`tcp_probe0_when`). */
export function armWindowProbe(tcb: Tcb): void {
  const base = Math.max(tcb.rto, RTO_MIN);
  const shift = Math.min(tcb.setbacks?.backoff ?? 0, FIRST_PROBE_SHIFT_MAX);
  armTransmitTimer(tcb, TransmitTimer.probe, Math.min(base * (1 << shift), RTO_MAX));
}
