/**
 * Requests for others that proxy_arp answers after a random delay (`pneigh_enqueue`), so that the true owner may
 * answer first.
 */
import type { Frame } from "../../packet/frame.ts";
import type { Rng } from "../../rng/rng.ts";
import { type Instant, later, milliseconds, START } from "../../time/instant.ts";
import { Timer } from "../../time/timer.ts";
import type { NeighbourDevice, NeighbourEnvironment } from "./environment.ts";

/** HZ=250. */
const JIFFY_MS = 4;
/** proxy_delay is in hundredths of a second. */
const CENTISECOND_MS = 10;

interface Waiting {
  readonly frame: Frame;
  readonly device: NeighbourDevice;
  readonly due: Instant;
}

export class ProxyQueue extends Timer {
  private readonly environment: NeighbourEnvironment;
  /** Looks at a request once more, now that its delay is over. */
  private readonly redo: (frame: Frame, device: NeighbourDevice) => void;
  private waiting: Waiting[] = [];
  /** For when the timer was armed last. */
  private armedFor: Instant = START;
  private readonly rng: Rng;

  constructor(
    environment: NeighbourEnvironment,
    redo: (frame: Frame, device: NeighbourDevice) => void,
  ) {
    super();
    this.environment = environment;
    this.redo = redo;
    this.rng = environment.rng.stream("proxy-arp");
  }

  /** Lets a request wait; false when its device has as many waiting as proxy_qlen allows. */
  add(frame: Frame, device: NeighbourDevice): boolean {
    const { proxy_delay, proxy_qlen } = this.environment.neighbourSysctls(device);
    let count = 0;
    for (const one of this.waiting) if (one.device === device) count++;
    if (count > proxy_qlen) return false;
    const jiffies = Math.floor((proxy_delay * CENTISECOND_MS) / JIFFY_MS);
    const delay = jiffies === 0 ? 0 : this.rng.below(jiffies) * JIFFY_MS;
    const due = later(this.environment.engine.now, milliseconds(delay));
    this.waiting.push({ frame, device, due });
    this.rearm();
    return true;
  }

  expire(): void {
    const now = this.environment.engine.now;
    const ready = this.waiting.filter((one) => one.due <= now);
    this.waiting = this.waiting.filter((one) => one.due > now);
    for (const one of ready) this.redo(one.frame, one.device);
    this.rearm();
  }

  private rearm(): void {
    let first: Waiting | null = null;
    for (const one of this.waiting) if (first === null || one.due < first.due) first = one;
    if (first === null) return;
    if (this.armed && this.armedFor <= first.due) return;
    this.armedFor = first.due;
    this.environment.engine.timers.arm(this, first.due);
  }
}
