/**
 * The sending side of a cable with a bit rate: frames leave one after the other, and those that must wait stand in
 * a drop-tail queue. All is arithmetic on when the wire is free again; there is no transmit-complete event.
 */
import { NOT_SMALL } from "../base/double.ts";
import type { Clock } from "../time/clock.ts";

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

/** The ring of waiting frames as it is at first, to be copied: V8 knows it as one of fractions. */
const FIRST_RING = [NOT_SMALL, NOT_SMALL, NOT_SMALL, NOT_SMALL];
/** For a wire that nobody has waited for. */
const NO_RING = FIRST_RING.slice(0, 0);

export class Serialiser {
  /** When the last accepted frame will have left. */
  busyUntil = NOT_SMALL;
  private readonly clock: Clock;
  private readonly rate: number;
  /** How long an octet takes, in nanoseconds, if that is a small integer; else −1. */
  private readonly octetTime: number;
  private readonly octetsMax: number;
  private readonly framesMax: number;
  /** When the last frame leaves that found the wire free and for which another had to wait. */
  private firstLeaves = NOT_SMALL;
  /**
   * A ring of the instants at which frames leave that had to wait, oldest at `head`; as long as it ever had to be. Those of
   * the past are taken out when the next frame has to wait.
   */
  private leaves = NO_RING;
  private head = 0;
  private count = 0;

  constructor(config: RateConfig, clock: Clock) {
    this.clock = clock;
    this.rate = config.bitsPerSecond > 0 ? config.bitsPerSecond : Number.POSITIVE_INFINITY;
    const octetTime = NANOSECONDS_PER_OCTET_AT_ONE_BIT_PER_SECOND / this.rate;
    // without a fraction's representation (`| 0`) it is multiplied as an integer
    this.octetTime = (octetTime | 0) === octetTime ? octetTime | 0 : -1;
    this.octetsMax = config.queueOctetsMax;
    this.framesMax = config.queueFramesMax;
    this.busyUntil = 0;
    this.firstLeaves = 0;
  }

  /** As `enter`, if the wire is free: how long it takes, in nanoseconds. Else −1, and the frame is to `join`. */
  enterFree(octets: number): number {
    const { now } = this.clock;
    if (this.busyUntil > now) return -1;
    const { octetTime } = this;
    const time = octetTime >= 0 ? octets * octetTime : this.timeOf(octets);
    this.busyUntil = now + time;
    return time;
  }

  /**
   * Takes a frame of `octets` now, unless there is no room for it; `busyUntil` is when its last bit leaves. (It gives
   * no instant back and is given none: V8 makes an object of each fraction-sized number that crosses a call.)
   */
  enter(octets: number): boolean {
    return this.enterFree(octets) >= 0 || this.join(octets);
  }

  private timeOf(octets: number): number {
    if (this.octetTime >= 0) return octets * this.octetTime;
    return Math.ceil((octets * NANOSECONDS_PER_OCTET_AT_ONE_BIT_PER_SECOND) / this.rate);
  }

  /** Takes a frame that must wait, for the wire is not free; false when there is no room. */
  join(octets: number): boolean {
    if (!this.hasRoom(octets)) return false;
    // the wire is not free: if nobody waits, then the one that found it free is on it
    if (this.count === 0) this.firstLeaves = this.busyUntil;
    this.busyUntil += this.timeOf(octets);
    if (this.framesMax > 0) this.remember();
    return true;
  }

  /** Whether a frame may wait behind the one that is on the wire. */
  private hasRoom(octets: number): boolean {
    const { now } = this.clock;
    if (this.octetsMax > 0) {
      const wait = this.busyUntil - now;
      const waiting = Math.ceil((wait * this.rate) / NANOSECONDS_PER_OCTET_AT_ONE_BIT_PER_SECOND);
      if (waiting + octets > this.octetsMax) return false;
    }
    if (this.framesMax === 0) return true;
    const mask = this.leaves.length - 1;
    while (this.count > 0 && (this.leaves[this.head] as number) <= now) {
      this.head = (this.head + 1) & mask;
      this.count--;
    }
    const first = this.count === 0 || this.firstLeaves > now ? 1 : 0;
    return this.count + first < this.framesMax;
  }

  /** Notes that one more frame leaves at `busyUntil`. */
  private remember(): void {
    if (this.count === this.leaves.length) this.lengthen();
    const place = (this.head + this.count) & (this.leaves.length - 1);
    this.leaves[place] = this.busyUntil;
    this.count++;
  }

  /** Makes the ring twice as long, a power of two, with the oldest frame at its beginning. */
  private lengthen(): void {
    const { leaves, head, count } = this;
    this.leaves = count === 0 ? FIRST_RING.slice() : leaves.concat(leaves);
    for (let i = 0; i < count; i++) this.leaves[i] = leaves[(head + i) & (count - 1)] as number;
    this.head = 0;
  }
}
