/** The hash that dh and sh share (`hash_32`, include/linux/hash.h): a constant multiplier, no seed. */

export const HASH_BITS = 8;
export const HASH_SIZE = 1 << HASH_BITS;

/** The bucket of a 32-bit value in a table of 2^`bits`, 1 to 32. */
export const hash32 = (value: number, bits: number): number =>
  Math.imul(value, 0x61c88647) >>> (32 - bits);
