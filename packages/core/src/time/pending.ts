/**
 * An event that waits, as a link of a chain. Events are of many classes, and a field of one is found slowly by V8 for that
 * reason; so the keys and links are here, in objects of one class that are used again and again.
 */
import type { Receiver, SimEvent } from "./event.ts";

export class Pending {
  /** What happens: an event if there is no receiver, else the arrival of this thing. */
  what: SimEvent | object | null = null;
  receiver: Receiver<object> | null = null;
  /** When it is due. No small integer at first, so that V8 keeps a double. */
  at: number;
  /** Its place in the order of pushing. */
  sequence = 0;
  /** The next link of the chain; a chain's end is its own. */
  next: Pending;

  /** The end of a chain, or a link that is to be put into one. */
  constructor(at: number) {
    this.at = at;
    this.next = this;
  }

  copy(): Pending {
    const copy = new Pending(this.at);
    copy.what = this.what;
    copy.receiver = this.receiver;
    copy.sequence = this.sequence;
    return copy;
  }

  /** Adds it and what follows, up to `end`, to `all`: so many were added. */
  collect(all: Pending[], end: Pending): number {
    const before = all.length;
    for (let pending: Pending = this; pending !== end; pending = pending.next) all.push(pending);
    return all.length - before;
  }

  /** Whether it comes before `other`. */
  precedes(other: Pending): boolean {
    return this.at === other.at ? this.sequence < other.sequence : this.at < other.at;
  }
}

/** Sorts `all`. */
export const inOrder = (all: Pending[]): Pending[] => all.sort((a, b) => (a.precedes(b) ? -1 : 1));
