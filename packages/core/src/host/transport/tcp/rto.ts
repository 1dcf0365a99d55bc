/**
 * Round-trip time and retransmission timeout: RFC 6298 with Linux's changes (`tcp_rtt_estimator`): the variation never
 * falls below 200 ms, grows at once and shrinks once per round trip. Timeouts are whole jiffies of 4 ms.
 */
import { millisecondsAt } from "./clock.ts";
import { after } from "./sequence.ts";
import { setbacksOf, type Tcb } from "./tcb.ts";

/** Milliseconds, as all of this file but round trips. */
export const RTO_MIN = 200;
export const RTO_MAX = 120_000;
const VARIATION_MIN = 200_000;
const JIFFY_SHIFT = 2;
const JIFFY_US = 4000;

/** Takes in a sample of `rtt` microseconds, and starts the timeout afresh. */
export function sampleRtt(tcb: Tcb, rtt: number): void {
  if (tcb.srtt === 0) firstSample(tcb, rtt);
  else nextSample(tcb, rtt);
  if (tcb.setbacks !== null) tcb.setbacks.backoff = 0;
  restoreRto(tcb);
}

/** The timeout without any backoff. */
function restoreRto(tcb: Tcb): void {
  const jiffies = (((tcb.srtt >> 3) + tcb.variation + JIFFY_US - 1) / JIFFY_US) | 0;
  tcb.rto = Math.min(jiffies << JIFFY_SHIFT, RTO_MAX);
}

function firstSample(tcb: Tcb, rtt: number): void {
  tcb.srtt = rtt * 8;
  tcb.deviation = rtt * 2;
  tcb.variation = Math.max(tcb.deviation, VARIATION_MIN);
  tcb.deviationMax = tcb.variation;
  tcb.rttSequence = tcb.sendNext;
}

function nextSample(tcb: Tcb, rtt: number): void {
  const { srtt } = tcb;
  const error = rtt - (srtt >> 3);
  tcb.srtt = Math.max(1, srtt + error);
  let change = Math.abs(error) - (tcb.deviation >> 2);
  // a round trip that gets shorter is no reason to wait longer: count it for an eighth
  if (error < 0 && change > 0) change >>= 3;
  tcb.deviation += change;
  if (tcb.deviation > tcb.deviationMax) {
    tcb.deviationMax = tcb.deviation;
    tcb.variation = Math.max(tcb.variation, tcb.deviationMax);
  }
  if (!after(tcb.sendUnacknowledged, tcb.rttSequence)) return;
  if (tcb.deviationMax < tcb.variation) tcb.variation -= (tcb.variation - tcb.deviationMax) >> 2;
  tcb.rttSequence = tcb.sendNext;
  tcb.deviationMax = VARIATION_MIN;
}

/** Whether timeouts have gone on for as long as `retries` doublings from `first` would (`retransmits_timed_out`). */
export function timedOut(tcb: Tcb, retries: number, first: number): boolean {
  const { retransmits, retransmitStart: start } = setbacksOf(tcb);
  if (retransmits === 0 || start === null) return false;
  let total = 0;
  let step = first;
  for (let i = 0; i <= retries; i++) {
    total += step;
    step = Math.min(2 * step, RTO_MAX);
  }
  const now = millisecondsAt(tcb.context.host.engine.now);
  return ((now - start) | 0) >= total;
}
