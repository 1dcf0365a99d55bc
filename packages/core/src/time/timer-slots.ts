/**
 * Where the wheel keeps its timers: numbered slots from 1, each a few words of one typed array, so that an armed timer
 * costs 16 octets. Timers are of many classes, and V8 reads and writes the fields of few classes much faster than those
 * of many; and what is no object need not be looked at by the garbage collector, which matters for a million connections.
 *
 * A slot names its timer by an owner and an argument. Owner 0 is the wheel itself: the argument says which `Timer` object.
 * Any other owner has many timers and tells them apart by number (`TimerOwner`).
 */
import type { Timer, TimerOwner } from "./timer.ts";
import {
  ARGUMENT,
  BUCKET_BITS,
  BUCKET_MASK,
  NEXT,
  NO_BUCKET,
  PLACE,
  PREVIOUS,
  WORDS,
} from "./timer-slot-layout.ts";

const FIRST_SIZE = 32;

export class TimerSlots {
  private words = new Int32Array(FIRST_SIZE * WORDS);
  /** Slots opened so far, slot 0 among them, which is none. */
  private opened = 1;
  private free = 0;
  private readonly owners: (TimerOwner | null)[] = [null];
  /** Armed `Timer` objects, in places that slots of owner 0 name, and which places are vacant. */
  private readonly timers: (Timer | null)[] = [];
  private readonly vacant: number[] = [];

  /** `Timer` objects that are armed; all others are numbers of their owners. */
  get objectCount(): number {
    return this.timers.length - this.vacant.length;
  }

  /** A number for `owner`. */
  addOwner(owner: TimerOwner): number {
    return this.owners.push(owner) - 1;
  }

  /** Takes a slot for the timer `argument` of `owner`; it is in no bucket yet. */
  add(owner: number, argument: number): number {
    let slot = this.free;
    if (slot === 0) slot = this.open();
    else this.free = this.next(slot);
    const at = slot * WORDS;
    this.words[at + ARGUMENT] = argument;
    this.words[at + PLACE] = (owner << BUCKET_BITS) | NO_BUCKET;
    return slot;
  }

  /** The same for a `Timer` object. */
  addTimer(timer: Timer): number {
    const place = this.vacant.length > 0 ? (this.vacant.pop() as number) : this.timers.length;
    this.timers[place] = timer;
    return this.add(0, place);
  }

  /** Gives back the slot, whose timer is armed no more. */
  remove(slot: number): void {
    if (this.owner(slot) === 0) {
      const place = this.argument(slot);
      (this.timers[place] as Timer).slot = 0;
      this.timers[place] = null;
      this.vacant.push(place);
    }
    this.setNext(slot, this.free);
    this.free = slot;
  }

  /** Gives back the slot and runs its timer. */
  fire(slot: number): void {
    const owner = this.owner(slot);
    const argument = this.argument(slot);
    if (owner === 0) {
      const timer = this.timers[argument] as Timer;
      this.remove(slot);
      timer.expire();
    } else {
      this.remove(slot);
      (this.owners[owner] as TimerOwner).timerFired(argument);
    }
  }

  next(slot: number): number {
    return this.words[slot * WORDS + NEXT] as number;
  }
  setNext(slot: number, next: number): void {
    this.words[slot * WORDS + NEXT] = next;
  }

  previous(slot: number): number {
    return this.words[slot * WORDS + PREVIOUS] as number;
  }
  setPrevious(slot: number, previous: number): void {
    this.words[slot * WORDS + PREVIOUS] = previous;
  }

  bucket(slot: number): number {
    return (this.words[slot * WORDS + PLACE] as number) & BUCKET_MASK;
  }
  setBucket(slot: number, bucket: number): void {
    const at = slot * WORDS + PLACE;
    this.words[at] = ((this.words[at] as number) & ~BUCKET_MASK) | bucket;
  }

  private owner(slot: number): number {
    return (this.words[slot * WORDS + PLACE] as number) >> BUCKET_BITS;
  }

  private argument(slot: number): number {
    return this.words[slot * WORDS + ARGUMENT] as number;
  }

  /** One slot more. */
  private open(): number {
    const { words } = this;
    if (this.opened * WORDS === words.length) {
      this.words = new Int32Array(2 * words.length);
      this.words.set(words);
    }
    return this.opened++;
  }
}
