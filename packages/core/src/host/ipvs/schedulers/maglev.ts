/**
 * The lookup table of Maglev hashing (Eisenbud et al., NSDI 2016, §3.4): seats take turns in claiming the next free
 * slot of their own permutation of all slots, until every slot has an owner. `turns` is Linux's way of weighting.
 */

/** One seat's permutation of the slots: `offset`, then `skip` further each time; and its slots a turn. */
export interface MaglevSeat {
  /** Below the number of slots. */
  readonly offset: number;
  /** From 1 to the number of slots less 1. */
  readonly skip: number;
  readonly turns: number;
}

/** The owner of each of `size` slots, a prime number, as an index of `seats`; −1 everywhere when no seat has a turn. */
export function maglevTable(seats: readonly MaglevSeat[], size: number): Int32Array {
  const owners = new Int32Array(size).fill(-1);
  if (seats.every(({ turns }) => turns < 1)) return owners;
  const next = Int32Array.from(seats, ({ offset }) => offset);
  let filled = 0;
  for (let at = 0; ; at = (at + 1) % seats.length) {
    const { skip, turns } = seats[at] as MaglevSeat;
    for (let turn = 0; turn < turns; turn++) {
      let slot = next[at] as number;
      while (owners[slot] !== -1) slot = (slot + skip) % size;
      owners[slot] = at;
      next[at] = (slot + skip) % size;
      if (++filled === size) return owners;
    }
  }
}
