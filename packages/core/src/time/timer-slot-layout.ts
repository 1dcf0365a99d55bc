/**
 * Where things are in the words of the wheel (timer-slots.ts), of 32 bits each. Flat constants in a file of their own: a
 * bundler writes their values into the code, which keeps the accessors so short that V8 always inlines them.
 */

/** Levels of the wheel, and buckets of each. */
export const LEVELS = 9;
export const BUCKETS_PER_LEVEL = 64;
/** Beyond the wheel's own buckets: one list per level of timers that are about to fire. */
export const EXPIRING = LEVELS * BUCKETS_PER_LEVEL;
/**
 * The first words are the heads of all lists, each like the `NEXT` of a slot before the first. Then come the slots, at
 * multiples of their size.
 */
export const FIRST_SLOT = EXPIRING + LEVELS + 3;

/** Words of a slot, which is known by the place of its first: `slot | NEXT` and so on. Nothing can overflow there, as a sum could. */
export const WORDS = 4;
/** The neighbours in a bucket's list, 0 for none behind; free slots are linked by `NEXT`, too. */
export const NEXT = 0;
export const PREVIOUS = 1;
/** What the owner knows the timer by. */
export const ARGUMENT = 2;
/** The bucket in the low bits, the owner in the others. */
export const PLACE = 3;

export const BUCKET_BITS = 10;
export const BUCKET_MASK = 0x3ff;
/** The bucket of a slot that is in no list. */
export const NO_BUCKET = 0x3ff;
