/**
 * Several bodies within one process, as a program with an event loop or threads has them: each goes on when what it waits for
 * woke or its deadline has come, in the order of waking.
 */
import type { Instant } from "@lvsim/core";
import { onAny, type Sleeper, type Wait, WaitQueue } from "./wait.ts";

class Fiber implements Sleeper {
  wait: Wait | null = null;
  ready = true;
  private readonly body: Generator<Wait, unknown, void>;
  private readonly onReady: (fiber: Fiber) => void;

  constructor(body: Generator<Wait, unknown, void>, onReady: (fiber: Fiber) => void) {
    this.body = body;
    this.onReady = onReady;
  }

  wake(): void {
    if (this.ready) return;
    this.ready = true;
    this.onReady(this);
  }

  /** Runs until it parks; false at its end. */
  step(): boolean {
    this.leave();
    const { done, value } = this.body.next();
    if (done === true) return false;
    this.wait = value;
    this.ready = false;
    for (const queue of value.queues) queue.add(this);
    return true;
  }

  leave(): void {
    for (const queue of this.wait?.queues ?? []) queue.remove(this);
    this.wait = null;
  }

  close(): void {
    this.leave();
    this.body.return(undefined);
  }
}

/** Runs all of `bodies` to their ends; `now` is the clock. When the process is killed, their `finally` blocks run. */
export function* runTogether(
  bodies: readonly Generator<Wait, unknown, void>[],
  now: () => Instant,
): Generator<Wait, void, void> {
  const woken = new WaitQueue();
  let ready: Fiber[] = [];
  const fibers = new Set<Fiber>();
  for (const body of bodies) {
    const fiber = new Fiber(body, (one) => {
      ready.push(one);
      woken.wake();
    });
    fibers.add(fiber);
    ready.push(fiber);
  }
  try {
    while (fibers.size > 0) {
      const turn = ready;
      ready = [];
      for (const fiber of turn) if (!fiber.step()) fibers.delete(fiber);
      if (ready.length > 0) continue;
      let deadline: Instant | null = null;
      for (const { wait } of fibers) {
        const own = wait?.deadline ?? null;
        if (own !== null && (deadline === null || own < deadline)) deadline = own;
      }
      if (fibers.size > 0) yield onAny([woken], deadline);
      if (deadline !== null && now() >= deadline)
        for (const fiber of fibers)
          if ((fiber.wait?.deadline ?? null) !== null && (fiber.wait?.deadline as Instant) <= now())
            fiber.wake();
    }
  } finally {
    for (const fiber of fibers) fiber.close();
  }
}
