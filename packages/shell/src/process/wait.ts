/** What processes park on: wait queues as in Linux's `wait.h`, and the value that a process yields to park. */
import type { Instant } from "@lvsim/core";

/** A sleeper that a queue can wake; a `Process` is one. */
export interface Sleeper {
  /** Puts the sleeper on the run queue; nothing happens if it is there already. */
  wake(): void;
}

/** Processes that wait for one thing, in the order in which they came. */
export class WaitQueue {
  private sleepers: Sleeper[] = [];

  add(sleeper: Sleeper): void {
    this.sleepers.push(sleeper);
  }

  remove(sleeper: Sleeper): void {
    const at = this.sleepers.indexOf(sleeper);
    if (at >= 0) this.sleepers.splice(at, 1);
  }

  /** Wakes everybody; each looks again whether its condition holds. */
  wake(): void {
    if (this.sleepers.length === 0) return;
    for (const sleeper of this.sleepers.slice()) sleeper.wake();
  }
}

/**
 * What a process yields to park. It goes on when one of `queues` wakes or `deadline` has come, whichever is first, and
 * must then look for itself what happened: waking says only that looking is worth while.
 */
export interface Wait {
  readonly queues: readonly WaitQueue[];
  /** Null waits without end. */
  readonly deadline: Instant | null;
}

/** Parks on one queue. */
export const on = (queue: WaitQueue, deadline: Instant | null = null): Wait => ({
  queues: [queue],
  deadline,
});

/** Parks until any of `queues` wakes. */
export const onAny = (queues: readonly WaitQueue[], deadline: Instant | null = null): Wait => ({
  queues,
  deadline,
});

/** Parks until `deadline`. */
export const until = (deadline: Instant): Wait => ({ queues: [], deadline });
