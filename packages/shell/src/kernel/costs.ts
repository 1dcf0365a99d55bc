/** What shell work costs in simulated time, so that busy loops end. All 0 in a conformance run. */
import { type Duration, microseconds, milliseconds } from "@lvsim/core";

export interface ShellCosts {
  /** Starting an external command. */
  readonly command: Duration;
  /** One turn of a loop, or one call of a function. */
  readonly loopTurn: Duration;
}

export const DEFAULT_COSTS: ShellCosts = { command: milliseconds(1), loopTurn: microseconds(100) };
export const NO_COSTS: ShellCosts = { command: milliseconds(0), loopTurn: microseconds(0) };
