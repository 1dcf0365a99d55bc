/**
 * The congestion control `reno` (net.ipv4.tcp_congestion_control), counted in whole segments as Linux does; recovery itself
 * is the sender's. RFC 5681 §3.1, RFC 6582.
 */
import type { CongestionControl, CongestionWindow } from "./congestion-control.ts";

const WINDOW_MAX = 0xffff;

/** Slow start and linear growth (RFC 5681 §3.1), halving after a loss. */
export const NEW_RENO: CongestionControl = {
  name: "reno",
  thresholdAfterLoss: (connection) => Math.max(connection.window >> 1, 2),
  acknowledged(connection, acknowledged) {
    const left = slowStart(connection, acknowledged);
    if (left > 0) grow(connection, left);
  },
};

/** One segment more for each that arrived, up to the threshold; returns how many are left over. */
function slowStart(connection: CongestionWindow, acknowledged: number): number {
  if (connection.window >= connection.threshold) return acknowledged;
  const room = Math.min(connection.threshold, WINDOW_MAX) - connection.window;
  const step = Math.min(room, acknowledged);
  connection.window += step;
  return acknowledged - step;
}

/** One segment more for each window that arrived. */
function grow(connection: CongestionWindow, acknowledged: number): void {
  connection.windowCount += acknowledged;
  while (connection.windowCount >= connection.window && connection.window < WINDOW_MAX) {
    connection.windowCount -= connection.window;
    connection.window++;
  }
}
