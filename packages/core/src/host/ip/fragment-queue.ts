/** The fragments of one packet that have come so far (`struct ipq`), and whether one more fits (`ip_frag_queue`). */
import type { Frame } from "../../packet/frame.ts";
import { ipHeaderLength } from "../../packet/lengths.ts";
import { FragmentField } from "../../packet/protocol.ts";
import { Timer } from "../../time/timer.ts";

/** What a fragment did to its queue. */
export const FragmentFate = {
  kept: 0,
  /** All of it is there already. */
  duplicate: 1,
  /** It contradicts what is there: the whole packet is lost. */
  contradiction: 2,
  overlap: 3,
} as const;
export type FragmentFate = (typeof FragmentFate)[keyof typeof FragmentFate];

const PACKET_LENGTH_MAX = 0xffff;

const startOf = (part: Frame): number => (part.fragment & FragmentField.offsetMask) * 8;
const sizeOf = (part: Frame): number => part.length - ipHeaderLength(part);
const endOf = (part: Frame): number => startOf(part) + sizeOf(part);
const isLast = (part: Frame): boolean => (part.fragment & FragmentField.moreFragments) === 0;

/** Whoever acts when the rest never comes. */
export interface FragmentQueueOwner {
  expired(queue: FragmentQueue): void;
}

export class FragmentQueue extends Timer {
  /** By offset. */
  parts: Frame[] = [];
  /** How many fragments of the same sender had come when this queue got its last one. */
  distance = 0;
  /** What its fragments take in memory, in octets. */
  octets = 0;
  /** Whose fragments they are. */
  readonly model: Frame;
  /** Where the packet ends; −1 while the last fragment is missing. */
  private end = -1;
  private readonly owner: FragmentQueueOwner;

  constructor(model: Frame, owner: FragmentQueueOwner) {
    super();
    this.model = model;
    this.owner = owner;
  }

  holds(part: Frame): boolean {
    const { model } = this;
    return (
      part.identification === model.identification &&
      part.source === model.source &&
      part.destination === model.destination &&
      part.protocol === model.protocol
    );
  }

  insert(part: Frame): FragmentFate {
    const from = startOf(part);
    const to = endOf(part);
    if (to > PACKET_LENGTH_MAX || from === to) return FragmentFate.contradiction;
    const known = this.parts.length === 0 ? 0 : endOf(this.parts[this.parts.length - 1] as Frame);
    if (isLast(part)) {
      if (to < known || (this.end >= 0 && to !== this.end)) return FragmentFate.contradiction;
    } else if (sizeOf(part) % 8 !== 0 || (this.end >= 0 && to > this.end))
      return FragmentFate.contradiction;
    let at = this.parts.length;
    while (at > 0 && startOf(this.parts[at - 1] as Frame) >= to) at--;
    const before = this.parts[at - 1];
    if (before !== undefined && endOf(before) > from)
      return this.covers(at - 1, from, to) ? FragmentFate.duplicate : FragmentFate.overlap;
    if (isLast(part)) this.end = to;
    this.parts.splice(at, 0, part);
    return FragmentFate.kept;
  }

  /** Whether the unbroken run of fragments that ends with the one at `last` holds all of it. */
  private covers(last: number, from: number, to: number): boolean {
    let end = endOf(this.parts[last] as Frame);
    for (let i = last + 1; i < this.parts.length; i++) {
      if (startOf(this.parts[i] as Frame) !== end) break;
      end = endOf(this.parts[i] as Frame);
    }
    let first = last;
    while (
      first > 0 &&
      endOf(this.parts[first - 1] as Frame) === startOf(this.parts[first] as Frame)
    )
      first--;
    return startOf(this.parts[first] as Frame) <= from && to <= end;
  }

  get complete(): boolean {
    if (this.end < 0) return false;
    let expected = 0;
    for (const part of this.parts) {
      if (startOf(part) !== expected) return false;
      expected = endOf(part);
    }
    return true;
  }

  /** Forgets all fragments, and gives them. */
  empty(): readonly Frame[] {
    const { parts } = this;
    this.parts = [];
    this.octets = 0;
    this.end = -1;
    return parts;
  }

  expire(): void {
    this.owner.expired(this);
  }
}
