/**
 * Where the wheel keeps its timers: slots of a few words each in one typed array, so that an armed timer costs 16 octets.
 * Timers are of many classes, and V8 reads and writes the fields of few classes much faster than those of many; and what
 * is no object need not be looked at by the garbage collector, which matters for a million connections.
 *
 * A slot names its timer by an owner and an argument. Owners 0 and 1 are the wheel itself: the argument says which object,
 * a `Timer`, which has its slot while it is armed, or a `SlotHolder`, which keeps it. Any other owner has many timers and
 * tells them apart by number (`TimerOwner`).
 */
import { type SlotHolder, type Timer, type TimerOwner, UNARMED } from "./timer.ts";
import {
  ARGUMENT,
  BUCKET_BITS,
  BUCKET_MASK,
  FIRST_SLOT,
  NEXT,
  NO_BUCKET,
  PLACE,
  PREVIOUS,
  WORDS,
} from "./timer-slot-layout.ts";

const FIRST_SLOTS = 32;
const TIMERS = 0;
const HOLDERS = 1;

export class TimerSlots {
  private words = new Int32Array(FIRST_SLOT + FIRST_SLOTS * WORDS);
  /** Where the next slot is opened. */
  private opened = FIRST_SLOT;
  /** The first free slot of those that had numbers as arguments; then of those for objects, which keep their arguments. */
  private free = 0;
  private freeForObjects = 0;
  private readonly owners: (TimerOwner | null)[] = [null, null];
  /** The objects that slots of owners 0 and 1 name by their arguments. */
  private readonly objects: (Timer | SlotHolder | null)[] = [];

  /** A number for `owner`. */
  addOwner(owner: TimerOwner): number {
    return this.owners.push(owner) - 1;
  }

  /** Takes a slot for the timer `argument` of `owner`; it is in no bucket yet. */
  add(owner: number, argument: number): number {
    let slot = this.free;
    if (slot === 0) slot = this.open();
    else this.free = this.words[slot | NEXT] as number;
    this.words[slot | ARGUMENT] = argument;
    this.words[slot | PLACE] = (owner << BUCKET_BITS) | NO_BUCKET;
    return slot;
  }

  /** The same for a `Timer` object. */
  addTimer(timer: Timer): number {
    return this.addObject(TIMERS, timer);
  }

  /** The same for a `SlotHolder`. */
  addHolder(holder: SlotHolder): number {
    return this.addObject(HOLDERS, holder);
  }

  private addObject(owner: number, object: Timer | SlotHolder): number {
    const slot = this.freeForObjects;
    if (slot === 0) return this.openFor(owner, object);
    const { words } = this;
    this.freeForObjects = words[slot | NEXT] as number;
    words[slot | PLACE] = (owner << BUCKET_BITS) | NO_BUCKET;
    this.objects[words[slot | ARGUMENT] as number] = object;
    return slot;
  }

  private openFor(owner: number, object: Timer | SlotHolder): number {
    const slot = this.open();
    this.words[slot | ARGUMENT] = this.objects.push(object) - 1;
    this.words[slot | PLACE] = (owner << BUCKET_BITS) | NO_BUCKET;
    return slot;
  }

  setHolder(slot: number, holder: SlotHolder): void {
    this.objects[this.argument(slot)] = holder;
  }

  isNumbered(slot: number): boolean {
    return this.owner(slot) > HOLDERS;
  }

  /** Gives back the slot, which is in no list. */
  remove(slot: number): void {
    if (this.isNumbered(slot)) {
      this.words[slot | NEXT] = this.free;
      this.free = slot;
    } else {
      this.objects[this.argument(slot)] = null;
      this.words[slot | NEXT] = this.freeForObjects;
      this.freeForObjects = slot;
    }
  }

  /** Says that a slot which was taken out is in no bucket. */
  detach(slot: number): void {
    this.setBucket(slot, NO_BUCKET);
  }

  /** Runs the timer of the slot, which it gives back first unless somebody holds it. */
  fire(slot: number): void {
    const owner = this.owner(slot);
    const argument = this.argument(slot);
    if (owner === HOLDERS) {
      this.detach(slot);
      (this.objects[argument] as SlotHolder).slotFired(slot);
    } else if (owner === TIMERS) {
      const timer = this.objects[argument] as Timer;
      this.remove(slot);
      timer.slot = UNARMED;
      timer.expire();
    } else {
      this.remove(slot);
      (this.owners[owner] as TimerOwner).timerFired(argument);
    }
  }

  /** The first slot of a bucket, 0 for none. */
  first(bucket: number): number {
    return this.words[bucket] as number;
  }

  /** Puts the slot at the head of a bucket; whether that was empty. */
  link(slot: number, bucket: number): boolean {
    const { words } = this;
    const next = words[bucket] as number;
    words[bucket] = slot | NEXT;
    words[slot | NEXT] = next;
    words[slot | PREVIOUS] = bucket;
    words[slot | PLACE] = ((words[slot | PLACE] as number) & ~BUCKET_MASK) | bucket;
    if (next === 0) return true;
    words[next | PREVIOUS] = slot;
    return false;
  }

  /** Takes the slot out of its bucket; whether that is empty now. */
  unlink(slot: number): boolean {
    const { words } = this;
    const next = words[slot | NEXT] as number;
    const previous = words[slot | PREVIOUS] as number;
    // of a slot or of a list's head
    words[previous] = next;
    if (next === 0) return previous < FIRST_SLOT;
    words[next | PREVIOUS] = previous;
    return false;
  }

  /** Moves all slots of a bucket to another one, which is empty. */
  move(bucket: number, to: number): void {
    const { words } = this;
    const first = words[bucket] as number;
    words[bucket] = 0;
    words[to] = first;
    words[first | PREVIOUS] = to;
    for (let slot = first; slot !== 0; slot = words[slot | NEXT] as number)
      this.setBucket(slot, to);
  }

  bucket(slot: number): number {
    return (this.words[slot | PLACE] as number) & BUCKET_MASK;
  }
  private setBucket(slot: number, bucket: number): void {
    const at = slot | PLACE;
    this.words[at] = ((this.words[at] as number) & ~BUCKET_MASK) | bucket;
  }

  private owner(slot: number): number {
    return (this.words[slot | PLACE] as number) >> BUCKET_BITS;
  }

  private argument(slot: number): number {
    return this.words[slot | ARGUMENT] as number;
  }

  /** One slot more. */
  private open(): number {
    const { words, opened } = this;
    if (opened === words.length) {
      this.words = new Int32Array(2 * opened - FIRST_SLOT);
      this.words.set(words);
    }
    this.opened = opened + WORDS;
    return opened;
  }
}
