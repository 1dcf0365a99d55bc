/**
 * What a connection knows of losses, timeouts, probes and errors on its way. Most connections have nothing of the kind, so
 * it is beside the control block (tcb.ts) and made when first needed. Counts are segments, moments milliseconds (clock.ts).
 */
import type { Errno } from "../../../base/errno.ts";
import { UNARMED } from "../../../time/timer.ts";

/** Linux's `enum tcp_ca_state`, without CWR, which only ECN and local congestion enter. */
export const CongestionState = { open: 0, disorder: 1, recovery: 3, loss: 4 } as const;
export type CongestionState = (typeof CongestionState)[keyof typeof CongestionState];

/** What fast recovery keeps for proportional rate reduction (RFC 6937): segments. */
export class Recovery {
  readonly priorWindow: number;
  delivered = 0;
  sent = 0;

  constructor(priorWindow: number) {
    this.priorWindow = priorWindow;
  }
}

/** One connection's; as it is made, nothing has happened. */
export class Setbacks {
  congestionState: CongestionState = CongestionState.open;
  /** `sendNext` when recovery began. */
  recoveryPoint = 0;
  /** Null outside of fast recovery. */
  recovery: Recovery | null = null;
  sackedOut = 0;
  lostOut = 0;
  resentOut = 0;

  /** Timeouts in a row. */
  retransmits = 0;
  backoff = 0;
  /** When the first of the segments now being sent again was sent before; null while none is. */
  retransmitStart: number | null = null;
  totalRetransmits = 0;
  resentOctets = 0;
  probesOut = 0;
  /** What `sendNext` was when the tail loss probe went out that is out; null while none is. */
  probeEnd: number | null = null;

  /** SO_ERROR; 0 for none. */
  error: Errno = 0;
  /** An error that is reported only when somebody asks or everything else fails (sk_err_soft). */
  softError: Errno = 0;
  /** When an acknowledgement for a segment out of the window went out last; null for never. */
  outOfWindowAckAt: number | null = null;

  /** SACK blocks to send, newest first, as left, right …; null until one is needed. */
  sackBlocks: number[] | null = null;
  /** What came twice, left and right, and is still to be told (D-SACK). */
  duplicate: readonly [left: number, right: number] | null = null;

  /** Patience with a peer that does not close after we did (`tcp_keepalive_timer`): the wheel's slot, once it was armed. */
  finWaitSlot = UNARMED;
  finWaitDue = 0;

  /** The peer was heard; `advanced`: it acknowledged something new. */
  overcome(advanced: boolean): void {
    this.softError = 0;
    this.probesOut = 0;
    if (!advanced) return;
    this.retransmits = 0;
    this.retransmitStart = null;
  }

  /** What SO_ERROR says, which is cleared thereby. */
  takeError(): Errno {
    const { error, softError } = this;
    this.error = 0;
    if (error !== 0) return error;
    this.softError = 0;
    return softError;
  }

  /** Both queues are empty. */
  forgetSegments(): void {
    this.sackedOut = this.lostOut = this.resentOut = 0;
    this.sackBlocks = null;
  }
}
