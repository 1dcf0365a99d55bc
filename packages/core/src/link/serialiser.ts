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

/** So long may an octet take, so that the product with a frame's length is an integer of 31 bits. */
const OCTET_TIME_MAX = 1 << 13;

/** Long ago; no small integer, so that V8 knows the ring as one of fractions. */
const LEFT = -NOT_SMALL;
/** The ring as it is at first, to be copied. */
const FIRST_RING = [LEFT, LEFT, LEFT, LEFT];
/** For a wire that nobody has waited for. */
const NO_RING = FIRST_RING.slice(0, 0);

export class Serialiser {
  /** When the last accepted frame will have left. */
  busyUntil = NOT_SMALL;
  private readonly clock: Clock;
  private readonly rate: number;
  /** How long an octet takes, in nanoseconds, if that is an integer up to `OCTET_TIME_MAX`; else −1. */
  private readonly octetTime: number;
  private readonly octetsMax: number;
  private readonly framesMax: number;
  /**
   * A ring of the instants at which the latest frames leave or left, of those that had to wait and of those they waited
   * for; the last is at `newest`, and the oldest follows it. When that one is still here, the ring is full of frames.
   */
  private leaves = NO_RING;
  private newest = 0;

  constructor(config: RateConfig, clock: Clock) {
    this.clock = clock;
    this.rate = config.bitsPerSecond > 0 ? config.bitsPerSecond : Number.POSITIVE_INFINITY;
    const octetTime = NANOSECONDS_PER_OCTET_AT_ONE_BIT_PER_SECOND / this.rate;
    // without a fraction's representation (`| 0`), which it would else keep
    this.octetTime =
      octetTime <= OCTET_TIME_MAX && (octetTime | 0) === octetTime ? octetTime | 0 : -1;
    this.octetsMax = config.queueOctetsMax;
    this.framesMax = config.queueFramesMax;
    this.busyUntil = 0;
  }

  /** Nobody is sending. */
  get free(): boolean {
    return this.busyUntil <= this.clock.now;
  }

  /** Takes a frame of `octets` now, when the wire is free: how long it takes, in nanoseconds. */
  occupy(octets: number): number {
    const { octetTime } = this;
    // a product of integers, for V8
    const time = octetTime >= 0 ? Math.imul(octets, octetTime) : this.timeOf(octets);
    this.busyUntil = this.clock.now + time;
    return time;
  }

  /**
   * Takes a frame of `octets` now, unless there is no room for it; `busyUntil` is when its last bit leaves. (It gives
   * no instant back and is given none: V8 makes an object of each fraction-sized number that crosses a call.)
   */
  enter(octets: number): boolean {
    if (!this.free) return this.join(octets);
    this.occupy(octets);
    return true;
  }

  private timeOf(octets: number): number {
    if (this.octetTime >= 0) return octets * this.octetTime;
    return Math.ceil((octets * NANOSECONDS_PER_OCTET_AT_ONE_BIT_PER_SECOND) / this.rate);
  }

  /** Takes a frame that must wait, for the wire is not free; false when there is no room. */
  join(octets: number): boolean {
    if (this.octetsMax > 0 && this.octetsWaiting() + octets > this.octetsMax) return false;
    if (this.framesMax > 0) return this.joinCounted(octets);
    this.busyUntil += this.timeOf(octets);
    return true;
  }

  private octetsWaiting(): number {
    const wait = this.busyUntil - this.clock.now;
    return Math.ceil((wait * this.rate) / NANOSECONDS_PER_OCTET_AT_ONE_BIT_PER_SECOND);
  }

  /** `join`, where frames are counted. */
  private joinCounted(octets: number): boolean {
    if (this.leaves === NO_RING) this.leaves = FIRST_RING.slice(0, this.framesMax);
    // the frame on the wire had not to wait, and is not noted yet
    if (this.leaves[this.newest] !== this.busyUntil) this.note();
    const oldest = this.leaves[this.after(this.newest)] as number;
    if (oldest > this.clock.now && !this.lengthen()) return false;
    this.busyUntil += this.timeOf(octets);
    this.note();
    return true;
  }

  /** Notes that one more frame leaves at `busyUntil`. */
  private note(): void {
    const place = this.after(this.newest);
    this.leaves[place] = this.busyUntil;
    this.newest = place;
  }

  private after(place: number): number {
    return place + 1 === this.leaves.length ? 0 : place + 1;
  }

  /** Makes the ring longer, which is full of frames that have not left; false when there may be no more of them. */
  private lengthen(): boolean {
    const { leaves, newest, framesMax } = this;
    const { length } = leaves;
    if (length === framesMax) return false;
    const longer = leaves.slice(newest + 1).concat(leaves.slice(0, newest + 1));
    while (longer.length < framesMax && longer.length < 2 * length) longer.push(LEFT);
    this.leaves = longer;
    this.newest = length - 1;
    return true;
  }
}
