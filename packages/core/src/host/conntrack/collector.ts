/**
 * The worker that takes expired connections out of the table (`gc_worker`, nf_conntrack_core.c). Nobody sees an expired
 * connection but in the count and in the events of its end. How long the worker waits follows from how long the
 * connections that it saw still have, as if there were a hundred more of a minute. It sleeps while the table is empty.
 */
import type { Engine } from "../../time/engine.ts";
import { later, seconds } from "../../time/instant.ts";
import { Timer } from "../../time/timer.ts";
import { JIFFY } from "../../time/timer-wheel.ts";
import { JIFFIES_PER_SECOND } from "./protocol.ts";
import type { TrackedConnection } from "./tracked-connection.ts";

const INTERVAL_MAX = 60 * JIFFIES_PER_SECOND;
const INTERVAL_MIN = JIFFIES_PER_SECOND;
/** What is left of a connection counts at most so much. */
const LEFT_MAX = 300 * JIFFIES_PER_SECOND;
const BIAS_COUNT = 100;

interface CollectorOwner {
  readonly engine: Engine;
  /** All connections in the table. */
  connections(): readonly TrackedConnection[];
  /** Ends one that has expired. */
  expire(connection: TrackedConnection): void;
}

export class Collector extends Timer {
  private readonly owner: CollectorOwner;

  constructor(owner: CollectorOwner) {
    super();
    this.owner = owner;
  }

  /** There is a connection: sees to it that the worker runs. */
  wake(): void {
    if (this.armed) return;
    const { engine } = this.owner;
    engine.timers.arm(this, later(engine.now, seconds(1)));
  }

  expire(): void {
    const { owner } = this;
    const { timers, now } = owner.engine;
    const { jiffies } = timers;
    let interval = INTERVAL_MAX;
    let count = BIAS_COUNT;
    let alive = 0;
    for (const connection of owner.connections()) {
      const left = connection.timeout - jiffies;
      if (left <= 0) {
        owner.expire(connection);
        continue;
      }
      alive++;
      const weighed = Math.max(INTERVAL_MIN, Math.min(left, LEFT_MAX));
      count++;
      interval += Math.trunc((weighed - interval) / count);
    }
    if (alive === 0) return;
    const wait = Math.max(INTERVAL_MIN, Math.min(interval, INTERVAL_MAX));
    timers.arm(this, later(now, (wait * JIFFY) as never));
  }
}
