/** The levels of the wheel (timer-wheel.ts): which one a timeout asks for, and where the next bucket of a level is. */
import { BUCKETS_PER_LEVEL, LEVELS } from "./timer-slot-layout.ts";

/** Log2 of how much coarser a level is than the one below. */
export const LEVEL_SHIFT = 3;
/** A timeout of so many grains belongs to the next level. */
export const TIMEOUT_GRAINS = BUCKETS_PER_LEVEL - 1;
/** A timeout of so many jiffies is too long for the last level (48.9 days), and is cut to the longest. */
export const TIMEOUT_BOUND = TIMEOUT_GRAINS << (LEVEL_SHIFT * (LEVELS - 1));
export const TIMEOUT_MAX = (TIMEOUT_GRAINS - 1) << (LEVEL_SHIFT * (LEVELS - 1));

/** The level of a timeout in jiffies. */
export const levelOf = (timeout: number): number => {
  if (timeout < TIMEOUT_GRAINS) return 0;
  if (timeout < TIMEOUT_GRAINS << 3) return 1;
  if (timeout < TIMEOUT_GRAINS << 6) return 2;
  if (timeout < TIMEOUT_GRAINS << 9) return 3;
  if (timeout < TIMEOUT_GRAINS << 12) return 4;
  if (timeout < TIMEOUT_GRAINS << 15) return 5;
  if (timeout < TIMEOUT_GRAINS << 18) return 6;
  return timeout < TIMEOUT_GRAINS << 21 ? 7 : 8;
};

/** How many places after bit `from` of the 64 bits `low`, `high` the next set bit is, going round; one is set. */
export function distance(low: number, high: number, from: number): number {
  const [near, far] = from < 32 ? [low, high] : [high, low];
  const bit = from & 31;
  const ahead = near >>> bit;
  if (ahead !== 0) return lowestBit(ahead);
  if (far !== 0) return 32 - bit + lowestBit(far);
  return 64 - bit + lowestBit(near);
}

const lowestBit = (word: number): number => 31 - Math.clz32(word & -word);
