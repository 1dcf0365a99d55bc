/** What the workloads U and T share: clients that begin something at even distances, until enough is begun. */
import { type Duration, type Engine, type Instant, later, SimEvent } from "@lvsim/core";

/** How much is to be done, and how far it has come. */
export class Progress {
  readonly total: number;
  started = 0;
  finished = 0;

  constructor(total: number) {
    this.total = total;
  }
}

/** A lab with everything in it that is to happen. */
export interface Work {
  readonly engine: Engine;
  readonly progress: Progress;
  /** When the last piece of work begins. */
  readonly lastBegin: Instant;
}

/** One client: begins one thing after another, whether or not the one before has ended. */
export abstract class Starter extends SimEvent {
  protected readonly progress: Progress;
  private readonly engine: Engine;
  private readonly gap: Duration;

  constructor(engine: Engine, progress: Progress, gap: Duration) {
    super();
    this.engine = engine;
    this.progress = progress;
    this.gap = gap;
  }

  fire(): void {
    const { progress, engine } = this;
    if (progress.started === progress.total) return;
    progress.started++;
    this.begin();
    engine.schedule(this, later(engine.now, this.gap));
  }

  protected abstract begin(): void;
}

/** Has the clients begin `perSecond` pieces of work in all, one after the other. */
export function startAll(
  engine: Engine,
  progress: Progress,
  starters: readonly Starter[],
  perSecond: number,
): Work {
  const after = (count: number): Instant => Math.round((count * 1e9) / perSecond) as Instant;
  for (let i = 0; i < starters.length; i++) engine.schedule(starters[i] as Starter, after(i));
  return { engine, progress, lastBegin: after(progress.total) };
}

/** Between two pieces of work of one of `clients`. */
export const gapOf = (clients: number, perSecond: number): Duration =>
  Math.round((clients * 1e9) / perSecond) as Duration;
