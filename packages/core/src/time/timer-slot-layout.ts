/**
 * Where things are in a slot of the wheel (timer-slots.ts), in words of 32 bits. Flat constants in a file of their own: a
 * bundler writes their values into the code, which keeps the accessors so short that V8 always inlines them.
 */

/** Words of a slot, which is known by the place of its first. */
export const WORDS = 4;
/** The neighbours in a bucket's list, 0 for none; free slots are linked by `NEXT`, too. */
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
