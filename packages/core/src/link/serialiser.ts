/**
 * The sending side of a cable with a bit rate: frames leave one after the other, and those that must wait stand in
 * a drop-tail queue. All is arithmetic on when the wire is free again; there is no transmit-complete event.
 */
import { assert } from "../base/assert.ts";
import type { Instant } from "../time/instant.ts";

export interface RateConfig {
  /** Bits per second; 0 for a wire that takes no time. */
  readonly bitsPerSecond: number;
  /** Octets that may wait to leave, the rest of the frame on the wire included; 0 for no limit. */
  readonly queueOctetsMax: number;
  /** Frames that may wait or be on the wire; 0 for no limit. */
  readonly queueFramesMax: number;
}

export const UNLIMITED_RATE: RateConfig = {
  bitsPerSecond: 0,
  queueOctetsMax: 0,
  queueFramesMax: 0,
};

const NANOSECONDS_PER_OCTET_AT_ONE_BIT_PER_SECOND = 8e9;

/** `enter`'s answer when the queue is full. */
export const QUEUE_FULL = -1;

export class Serialiser {
  readonly config: RateConfig;
  /** When the last accepted frame will have left. */
  private busyUntil = 0;
  /** A ring of the instants at which accepted frames leave, oldest at `head`; empty without a frame limit. */
  private readonly leaves: number[] = [];
  private head = 0;
  private count = 0;

  constructor(config: RateConfig) {
    assert(config.bitsPerSecond >= 0, "a negative bit rate");
    this.config = config;
  }

  /** Takes a frame of `octets` at `now` and says when its last bit leaves; QUEUE_FULL when there is no room. */
  enter(octets: number, now: Instant): Instant | typeof QUEUE_FULL {
    const rate = this.config.bitsPerSecond;
    if (rate === 0) return now;
    const start = this.busyUntil > now ? this.busyUntil : now;
    if (!this.hasRoom(octets, start - now, now)) return QUEUE_FULL;
    const time = Math.ceil((octets * NANOSECONDS_PER_OCTET_AT_ONE_BIT_PER_SECOND) / rate);
    this.busyUntil = start + time;
    if (this.config.queueFramesMax > 0) {
      this.leaves[(this.head + this.count) % this.config.queueFramesMax] = this.busyUntil;
      this.count++;
    }
    return this.busyUntil as Instant;
  }

  private hasRoom(octets: number, wait: number, now: Instant): boolean {
    const { bitsPerSecond, queueOctetsMax, queueFramesMax } = this.config;
    if (queueOctetsMax > 0 && wait > 0) {
      const waiting = Math.ceil(
        (wait * bitsPerSecond) / NANOSECONDS_PER_OCTET_AT_ONE_BIT_PER_SECOND,
      );
      if (waiting + octets > queueOctetsMax) return false;
    }
    if (queueFramesMax === 0) return true;
    while (this.count > 0 && (this.leaves[this.head] as number) <= now) {
      this.head = (this.head + 1) % queueFramesMax;
      this.count--;
    }
    return this.count < queueFramesMax;
  }
}
