/** Placeholder until the wheel is written: one event per armed timer. */
import type { Engine } from "./engine.ts";
import { SimEvent } from "./event.ts";
import type { Instant } from "./instant.ts";
import type { Timer } from "./timer.ts";

class Tick extends SimEvent {
  readonly timer: Timer;
  readonly generation: number;
  constructor(timer: Timer) {
    super();
    this.timer = timer;
    this.generation = timer.bucket;
  }
  fire(): void {
    if (this.timer.bucket !== this.generation) return;
    this.timer.bucket = -1;
    this.timer.expire();
  }
}

export class TimerWheel {
  private readonly engine: Engine;
  private generation = 0;
  constructor(engine: Engine) {
    this.engine = engine;
  }
  /** Arms or re-arms `timer` for `due`, which is not before now. */
  arm(timer: Timer, due: Instant): void {
    timer.due = due;
    timer.bucket = ++this.generation;
    this.engine.schedule(new Tick(timer), due);
  }
  cancel(timer: Timer): void {
    timer.bucket = -1;
  }
}
