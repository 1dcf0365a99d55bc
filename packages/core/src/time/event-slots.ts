/**
 * Where the calendar keeps its events: numbered slots, with the keys beside them in typed arrays. Events are of many
 * classes, and reading a field of one costs more than all else that a queue does; so the keys are only here.
 */
import type { SimEvent } from "./event.ts";

const NONE = -1;

export class EventSlots {
  at = new Float64Array(64);
  sequence = new Float64Array(64);
  /** The next slot of a chain; of the free ones too. −1 ends it. */
  next = new Int32Array(64);
  private readonly events: (SimEvent | null)[] = [];
  private free = NONE;
  private pushed = 0;

  /** Takes a slot for `event`, the next in the order of pushing. */
  add(event: SimEvent, at: number): number {
    let slot = this.free;
    if (slot === NONE) slot = this.open();
    this.free = this.next[slot] as number;
    this.events[slot] = event;
    this.at[slot] = at;
    this.sequence[slot] = this.pushed++;
    return slot;
  }

  /** Gives the slot back and returns its event. */
  remove(slot: number): SimEvent {
    const event = this.events[slot] as SimEvent;
    this.events[slot] = null;
    this.next[slot] = this.free;
    this.free = slot;
    return event;
  }

  /** Whether the event of slot `a` runs before that of slot `b`. */
  precedes(a: number, b: number): boolean {
    const first = this.at[a] as number;
    const second = this.at[b] as number;
    return first === second
      ? (this.sequence[a] as number) < (this.sequence[b] as number)
      : first < second;
  }

  /** One slot more, which is free. */
  private open(): number {
    const slot = this.events.length;
    if (slot === this.at.length) this.grow();
    this.events.push(null);
    this.next[slot] = NONE;
    return slot;
  }

  private grow(): void {
    const size = 2 * this.at.length;
    const { at, sequence, next } = this;
    this.at = new Float64Array(size);
    this.at.set(at);
    this.sequence = new Float64Array(size);
    this.sequence.set(sequence);
    this.next = new Int32Array(size);
    this.next.set(next);
  }
}
