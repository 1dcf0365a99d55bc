/**
 * What comes to be: goals that a lab reaches by itself within a bound of simulated time, such as after its faults have
 * healed. Some goals ask by doing something, which takes time of its own; the bound counts that too.
 */
import { type Duration, type Instant, later, milliseconds } from "@lvsim/core";
import type { Lab } from "@lvsim/scenarios";
import { instantText } from "./violation-text.ts";

export interface Goal {
  /** What is to be, in the present tense; it stands in messages. */
  readonly name: string;
  /** What is still missing; null when it is reached. */
  missing(lab: Lab): string | null;
}

export interface EventuallyOptions {
  /** In simulated time, from now. */
  readonly within: Duration;
  /** How often it is asked; every 100 ms unless said. */
  readonly every?: Duration;
}

/** Goals were not reached in time. */
export class GoalError extends Error {
  override readonly name = "GoalError";
  readonly missing: readonly string[];

  constructor(missing: readonly string[], text: string) {
    super(text);
    this.missing = missing;
  }
}

const EVERY = milliseconds(100);

/** Lets time pass until all goals are reached at once, and tells when that was; throws a GoalError if they are not in time. */
export function eventually(lab: Lab, goals: readonly Goal[], options: EventuallyOptions): Instant {
  const { within, every = EVERY } = options;
  const began = lab.now;
  const end = later(began, within);
  for (;;) {
    const missing = missingOf(lab, goals);
    if (missing.length === 0) return lab.now;
    const isOver = lab.now >= end || lab.simulation.engine.limitReached() !== null;
    if (isOver) throw new GoalError(missing, goalsText(missing, began, lab.now));
    lab.until(Math.min(later(lab.now, every), end) as Instant);
  }
}

const missingOf = (lab: Lab, goals: readonly Goal[]): string[] =>
  goals.flatMap((goal) => {
    const missing = goal.missing(lab);
    return missing === null ? [] : [`${goal.name}: ${missing}`];
  });

const goalsText = (missing: readonly string[], began: Instant, now: Instant): string =>
  [
    `not reached between ${instantText(began)} and ${instantText(now)}:`,
    ...missing.map((line) => `  ${line}`),
  ].join("\n");
