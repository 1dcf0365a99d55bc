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
  BUCKETS_PER_LEVEL,
  EXPIRING,
  FIRST_SLOT,
  LEVELS,
  NEXT,
  NO_BUCKET,
  PLACE,
  PREVIOUS,
  WORDS,
} from "./timer-slot-layout.ts";
import { distance } from "./wheel-levels.ts";

/** As many as a small lab of some connections needs: it costs less than to be grown twice. */
const FIRST_SLOTS = 128;
const LISTS = EXPIRING + LEVELS;
const NOTHING_PENDING = new Array<number>(2 * LEVELS).fill(0);
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
  /** One bit per bucket, two words per level: set where a slot was put, and cleared when somebody finds it empty. */
  private readonly pending = NOTHING_PENDING.slice();

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

  /** How many slots there are, used or not. */
  get length(): number {
    return (this.opened - FIRST_SLOT) / WORDS;
  }

  /** How many of them are for objects. */
  get forObjects(): number {
    return this.objects.length;
  }

  /** How many slots are in lists, all or only those of numbered timers. */
  count(numbered: boolean): number {
    const { words } = this;
    let count = 0;
    for (let list = 0; list < LISTS; list++)
      for (let slot = words[list] as number; slot !== 0; slot = words[slot | NEXT] as number)
        if (!numbered || this.owner(slot) > HOLDERS) count++;
    return count;
  }

  /** None is in a list. */
  get empty(): boolean {
    for (let level = 0; level < LEVELS; level++)
      if (this.ahead(level, 0) >= 0 || this.words[EXPIRING + level] !== 0) return false;
    return true;
  }

  /** Gives back the slot of a numbered timer, which is in no list. */
  remove(slot: number): void {
    this.words[slot | NEXT] = this.free;
    this.free = slot;
  }

  /** The same for the slot of an object. */
  removeObject(slot: number): void {
    const { words } = this;
    this.objects[words[slot | ARGUMENT] as number] = null;
    words[slot | NEXT] = this.freeForObjects;
    this.freeForObjects = slot;
  }

  /** Runs the timer of the slot, which it gives back first unless somebody holds it. */
  fire(slot: number): void {
    const owner = this.owner(slot);
    const argument = this.argument(slot);
    if (owner === HOLDERS) (this.objects[argument] as SlotHolder).slotFired(slot);
    else if (owner === TIMERS) {
      const timer = this.objects[argument] as Timer;
      this.removeObject(slot);
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

  /**
   * Puts the slot at the head of `bucket`, out of the bucket that it was in, and returns the next one there: 0 if there is none,
   * and the bucket is to be marked; −1 if it stays where it is already.
   */
  put(slot: number, bucket: number): number {
    const { words } = this;
    const place = words[slot | PLACE] as number;
    const old = place & BUCKET_MASK;
    if (old === bucket) return -1;
    if (old !== NO_BUCKET) this.unlink(slot);
    const next = words[bucket] as number;
    words[bucket] = slot | NEXT;
    words[slot | NEXT] = next;
    words[slot | PREVIOUS] = bucket;
    words[slot | PLACE] = (place & ~BUCKET_MASK) | bucket;
    if (next !== 0) words[next | PREVIOUS] = slot;
    return next;
  }

  /** Takes the slot out of its bucket, if it is in one. */
  takeOut(slot: number): void {
    const { words } = this;
    const place = words[slot | PLACE] as number;
    if ((place & BUCKET_MASK) === NO_BUCKET) return;
    words[slot | PLACE] = place | NO_BUCKET;
    this.unlink(slot);
  }

  private unlink(slot: number): void {
    const { words } = this;
    const next = words[slot | NEXT] as number;
    const previous = words[slot | PREVIOUS] as number;
    // of a slot or of a list's head
    words[previous] = next;
    if (next !== 0) words[next | PREVIOUS] = previous;
  }

  /** Something is in this bucket. */
  mark(bucket: number): void {
    const word = bucket >> 5;
    this.pending[word] = (this.pending[word] as number) | (1 << (bucket & 31));
  }

  private unmark(bucket: number): void {
    const word = bucket >> 5;
    this.pending[word] = (this.pending[word] as number) & ~(1 << (bucket & 31));
  }

  /** How many places after bucket `from` of a level the next one is that is not empty, going round; −1 when all are empty. */
  ahead(level: number, from: number): number {
    for (;;) {
      const low = this.pending[2 * level] as number;
      const high = this.pending[2 * level + 1] as number;
      if ((low | high) === 0) return -1;
      const places = distance(low, high, from);
      const bucket = level * BUCKETS_PER_LEVEL + ((from + places) & (BUCKETS_PER_LEVEL - 1));
      if (this.words[bucket] !== 0) return places;
      this.unmark(bucket);
    }
  }

  /** Moves all slots of a bucket to another list, which is empty. */
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
