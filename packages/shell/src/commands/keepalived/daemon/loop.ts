/**
 * What a daemon does, one thing after the other: timers in order of time, and what sockets, namespaces and children told it
 * meanwhile. Everything runs in the turn of the daemon's own process.
 */
import { type Duration, type Engine, type Instant, later } from "@lvsim/core";
import type { Process } from "../../../process/process.ts";
import { onAny, type Wait, WaitQueue } from "../../../process/wait.ts";

/** Something to be done at an instant, unless it is called off. */
export class LoopTimer {
  readonly at: Instant;
  /** Null when it was done or called off. */
  private body: (() => void) | null;

  constructor(at: Instant, body: () => void) {
    this.at = at;
    this.body = body;
  }

  get isPending(): boolean {
    return this.body !== null;
  }

  cancel(): void {
    this.body = null;
  }

  fire(): void {
    const { body } = this;
    this.body = null;
    body?.();
  }
}

export class Loop {
  private readonly engine: Engine;
  private readonly process: Process;
  private readonly told = new WaitQueue();
  /** The soonest first; of one instant the one set first. */
  private timers: LoopTimer[] = [];
  private pending: (() => void)[] = [];
  private stopped = false;

  constructor(engine: Engine, process: Process) {
    this.engine = engine;
    this.process = process;
  }

  get now(): Instant {
    return this.engine.now;
  }

  at(instant: Instant, body: () => void): LoopTimer {
    const timer = new LoopTimer(instant, body);
    let place = this.timers.length;
    while (place > 0 && (this.timers[place - 1] as LoopTimer).at > instant) place--;
    this.timers.splice(place, 0, timer);
    return timer;
  }

  after(delay: Duration, body: () => void): LoopTimer {
    return this.at(later(this.now, delay), body);
  }

  /** To be done in the process's next turn; for callbacks that come from outside. */
  soon(body: () => void): void {
    this.pending.push(body);
    this.told.wake();
  }

  /** Ends the loop after what is being done. */
  stop(): void {
    this.stopped = true;
    this.told.wake();
  }

  /** Until `stop`; `signal` is called with each signal that the process catches. */
  *run(signal: (signal: number) => void): Generator<Wait, void, void> {
    const { process } = this;
    while (!this.stopped) {
      for (let next = process.pending.shift(); next !== undefined; next = process.pending.shift())
        signal(next);
      this.work();
      if (this.stopped) return;
      if (process.pending.length > 0 || this.pending.length > 0) continue;
      yield onAny([this.told, process.childEnded], this.timers[0]?.at ?? null);
    }
  }

  private work(): void {
    const { pending } = this;
    this.pending = [];
    for (const body of pending) if (!this.stopped) body();
    while (!this.stopped) {
      const [first] = this.timers;
      if (first === undefined || (first.isPending && first.at > this.now)) return;
      this.timers.shift();
      first.fire();
    }
  }
}
