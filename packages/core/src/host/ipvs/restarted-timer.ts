/**
 * When the kernel's wheel fires a timer that every packet restarts, for an owner that restarts it only on paper. The
 * wheel rounds an expiry up to a grain that depends on the timeout at the moment of arming (time/timer-wheel.ts), so
 * the instant follows from the last restart and its timeout alone. A timer that fires at the instant of an earlier
 * restart with no longer timeout fires no later than the true one, because rounding up to a grain or to a multiple of
 * it keeps the order; it is then armed again for exactly the true instant. Exact for timeouts of whole seconds.
 */
import type { Engine } from "../../time/engine.ts";
import type { Instant } from "../../time/instant.ts";
import { JIFFY } from "../../time/timer-wheel.ts";

const JIFFIES_PER_SECOND = 1e9 / JIFFY;
/** Jiffies from which on a timeout belongs to the wheel's second level; each further level takes eight times as many. */
const FIRST_LEVEL_JIFFIES = 63;
const LEVELS = 9;

/** When a timer restarted at `restartedAt` for `seconds`, a whole number, fires. */
export function firesAt(engine: Engine, restartedAt: Instant, seconds: number): Instant {
  const { phase } = engine.timers;
  const timeout = seconds * JIFFIES_PER_SECOND;
  let grain = 1;
  for (
    let level = 1, bound = FIRST_LEVEL_JIFFIES;
    level < LEVELS && timeout >= bound;
    level++, bound *= 8
  )
    grain *= 8;
  const wanted = Math.floor((restartedAt + phase) / JIFFY) + timeout;
  return ((Math.floor(wanted / grain) + 1) * grain * JIFFY - phase) as Instant;
}

/** What to arm a timer for that is to fire at `instant`, which `firesAt` gave and which lies at least a jiffy ahead of a tick. */
export const exactly = (instant: Instant): Instant => (instant - JIFFY) as Instant;
