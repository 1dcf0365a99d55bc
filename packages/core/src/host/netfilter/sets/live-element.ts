/** One member of a live set, with its timeout in the kernel's ticks and its counters. */
import type { Instant } from "../../../time/instant.ts";
import type { ElementConfig } from "./config.ts";

const NANOSECONDS_PER_TICK = 4_000_000;
const TICKS_PER_SECOND = 250;

export const tickOf = (now: Instant): number => Math.floor(now / NANOSECONDS_PER_TICK);

export class LiveElement {
  readonly config: ElementConfig;
  /** The last tick of its life; 0 for ever. */
  lastTick = 0;
  packets: number;
  octets: number;
  /** The next one with the same hash. */
  next: LiveElement | null = null;

  constructor(config: ElementConfig, tick: number) {
    this.config = config;
    this.packets = config.packets;
    this.octets = config.octets;
    if (config.timeout > 0) this.lastTick = tick + config.timeout * TICKS_PER_SECOND;
  }

  isOver(tick: number): boolean {
    return this.lastTick !== 0 && tick > this.lastTick;
  }

  /** Whole seconds left, never 0; 0 for ever. */
  secondsLeft(tick: number): number {
    if (this.lastTick === 0) return 0;
    return Math.max(1, Math.floor((this.lastTick - tick) / TICKS_PER_SECOND));
  }
}
