/** Sequence numbers: 32-bit, kept as signed integers, compared modulo 2^32 (RFC 9293 §3.4). */

export const before = (a: number, b: number): boolean => ((a - b) | 0) < 0;
export const after = (a: number, b: number): boolean => ((b - a) | 0) < 0;
/** Whether `low` ≤ `x` ≤ `high`. */
export const between = (low: number, x: number, high: number): boolean =>
  (high - low) >>> 0 >= (x - low) >>> 0;
