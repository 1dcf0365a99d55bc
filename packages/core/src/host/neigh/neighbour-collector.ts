/**
 * Keeps the neighbour table small (`neigh_forced_gc`, `neigh_periodic_work`): three thresholds on the number of
 * entries. The periodic scan runs only while there are at least gc_thresh1 entries, as the kernel's evicts only then.
 */
import { type Duration, type Instant, seconds } from "../../time/instant.ts";
import { Timer } from "../../time/timer.ts";
import type { NeighbourEnvironment } from "./environment.ts";
import type { NeighbourEntry } from "./neighbour-entry.ts";
import { IN_TIMER, NeighbourState } from "./neighbour-state.ts";
import type { NeighbourStore } from "./neighbour-store.ts";

/** Half of the default base_reachable_time. */
const SCAN_INTERVAL: Duration = seconds(15);
/** An entry that changed so lately survives a forced collection, and one runs no more often above gc_thresh2. */
const FORCED_INTERVAL: Duration = seconds(5);

export class NeighbourCollector extends Timer {
  private readonly environment: NeighbourEnvironment;
  private readonly store: NeighbourStore;
  private readonly remove: (entry: NeighbourEntry) => void;
  private lastForced: Instant = 0 as Instant;

  constructor(
    environment: NeighbourEnvironment,
    store: NeighbourStore,
    remove: (entry: NeighbourEntry) => void,
  ) {
    super();
    this.environment = environment;
    this.store = store;
    this.remove = remove;
  }

  /** Makes room for one more entry if the thresholds say so; false when the table is full. */
  makeRoom(): boolean {
    const { gc_thresh2, gc_thresh3 } = this.environment.thresholds();
    // the count is taken only when it could matter: few tables are ever that large
    if (this.store.size < gc_thresh2 && this.store.size < gc_thresh3) return true;
    const count = this.store.collectableCount();
    const now = this.environment.engine.now;
    const full = count >= gc_thresh3;
    if (!full && (count < gc_thresh2 || now <= this.lastForced + FORCED_INTERVAL)) return true;
    if (this.force(count + 1 - gc_thresh2) > 0 || !full) return true;
    this.environment.tableOverflowed();
    return false;
  }

  /** Called after an entry was added. */
  added(): void {
    if (!this.armed && this.store.size >= this.environment.thresholds().gc_thresh1) this.rearm();
  }

  expire(): void {
    const { store, environment } = this;
    if (store.size < environment.thresholds().gc_thresh1) return;
    const now = environment.engine.now;
    for (let entry = store.oldest; entry !== null; ) {
      const next: NeighbourEntry | null = entry.newer;
      if (this.isIdle(entry, now)) this.remove(entry);
      entry = next;
    }
    if (store.size >= environment.thresholds().gc_thresh1) this.rearm();
  }

  private isIdle(entry: NeighbourEntry, now: Instant): boolean {
    if ((entry.state & (NeighbourState.permanent | IN_TIMER)) !== 0) return false;
    if (entry.externallyLearnt) return false;
    if (entry.usedAt < entry.confirmedAt) entry.usedAt = entry.confirmedAt;
    const staleTime = this.environment.neighbourSysctls(entry.device).gc_stale_time;
    return entry.state === NeighbourState.failed || now >= entry.usedAt + seconds(staleTime);
  }

  /** Removes up to `countMax` entries (at least one) that nobody will miss, oldest first; how many. */
  private force(countMax: number): number {
    const now = this.environment.engine.now;
    this.lastForced = now;
    let count = 0;
    for (let entry = this.store.oldest; entry !== null; ) {
      const next: NeighbourEntry | null = entry.newer;
      if (isExpendable(entry, now)) {
        this.remove(entry);
        if (++count >= countMax) break;
      }
      entry = next;
    }
    return count;
  }

  private rearm(): void {
    const { engine } = this.environment;
    const tick = Math.floor(engine.now / SCAN_INTERVAL) + 1;
    engine.timers.arm(this, (tick * SCAN_INTERVAL) as Instant);
  }
}

/** Timers hold on to their entries, as the kernel's reference counts do. */
function isExpendable(entry: NeighbourEntry, now: Instant): boolean {
  const { state } = entry;
  if (state === NeighbourState.permanent || entry.externallyLearnt || entry.armed) return false;
  if (state === NeighbourState.failed || state === NeighbourState.noArp) return true;
  return now - entry.updatedAt > FORCED_INTERVAL;
}
