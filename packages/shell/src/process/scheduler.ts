/**
 * Runs processes: first in, first out, all at the current instant, each until it parks. The machine is quiescent when
 * the run queue is empty; only then does the engine's next event run.
 */
import { type Engine, type Instant, SimEvent } from "@lvsim/core";
import type { Process, RunQueue } from "./process.ts";
import { Killed, Signal } from "./signal.ts";
import type { Wait } from "./wait.ts";

class RunEvent extends SimEvent {
  private readonly scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    super();
    this.scheduler = scheduler;
  }

  override fire(): void {
    this.scheduler.drain();
  }
}

/** The deadline of one park. It stays in the engine's queue when the process woke before; then it does nothing. */
class Alarm extends SimEvent {
  private readonly process: Process;
  private readonly parking: number;

  constructor(process: Process) {
    super();
    this.process = process;
    this.parking = process.parkings;
  }

  override fire(): void {
    if (this.process.parkings === this.parking) this.process.wake();
  }
}

export class Scheduler implements RunQueue {
  /** The process that runs right now. */
  current: Process | null = null;
  private readonly engine: Engine;
  private readonly onEnd: (process: Process) => void;
  private readonly queue: Process[] = [];
  private readonly event = new RunEvent(this);
  private scheduled = false;

  /** `onEnd` is told of every process that ended, with its status set and its descriptors closed. */
  constructor(engine: Engine, onEnd: (process: Process) => void) {
    this.engine = engine;
    this.onEnd = onEnd;
  }

  /** Whether every process is parked. */
  get quiescent(): boolean {
    return this.queue.length === 0;
  }

  ready(process: Process): void {
    process.queued = true;
    this.queue.push(process);
    if (this.scheduled) return;
    this.scheduled = true;
    this.engine.schedule(this.event, this.engine.now);
  }

  drain(): void {
    for (let i = 0; i < this.queue.length; i++) this.resume(this.queue[i] as Process);
    this.queue.length = 0;
    this.scheduled = false;
  }

  private resume(process: Process): void {
    this.unpark(process);
    const body = process.body;
    if (body === null || !process.alive || process.stopped) return;
    this.current = process;
    try {
      const fatal = process.fatal;
      process.fatal = 0;
      const step = fatal === 0 ? body.next() : body.throw(new Killed(fatal));
      if (step.done === true) this.end(process, step.value & 0xff, 0);
      else this.park(process, step.value);
    } catch (thrown) {
      if (!(thrown instanceof Killed)) throw thrown;
      this.end(process, 128 + thrown.signal, thrown.signal);
    } finally {
      this.current = null;
    }
  }

  private unpark(process: Process): void {
    process.queued = false;
    process.parkings++;
    for (const queue of process.parkedOn) queue.remove(process);
    process.parkedOn = [];
  }

  private park(process: Process, wait: Wait): void {
    if (process.fatal !== 0) {
      this.ready(process);
      return;
    }
    process.parkedOn = wait.queues;
    for (const queue of wait.queues) queue.add(process);
    if (wait.deadline !== null) this.alarm(process, wait.deadline);
  }

  private alarm(process: Process, deadline: Instant): void {
    if (deadline <= this.engine.now) process.wake();
    else this.engine.schedule(new Alarm(process), deadline);
  }

  private end(process: Process, status: number, signal: number): void {
    process.status = status;
    process.endedBy = signal;
    process.body = null;
    process.descriptors.closeAll();
    this.onEnd(process);
    process.ended.wake();
    process.parent?.childEnded.wake();
    process.parent?.signal(Signal.CHLD);
  }
}
