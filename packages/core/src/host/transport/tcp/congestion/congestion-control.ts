/**
 * The seam for congestion control (`struct tcp_congestion_ops`). Linux's default is CUBIC, whose cube roots and
 * floating-point-like scaling are left out: every connection runs NewReno (RFC 5681, RFC 6582), which behaves the same in
 * slow start and after a loss, and grows by one segment per round trip between them.
 */

/** The part of a connection that congestion control may change; segments. */
export interface CongestionWindow {
  window: number;
  /** Acknowledged segments towards the next increase. */
  windowCount: number;
  threshold: number;
}

export interface CongestionControl {
  readonly name: string;
  /** The slow-start threshold after a loss. */
  thresholdAfterLoss(connection: CongestionWindow): number;
  /** `acknowledged` segments arrived while the window was what held the sender back. */
  acknowledged(connection: CongestionWindow, acknowledged: number): void;
}
