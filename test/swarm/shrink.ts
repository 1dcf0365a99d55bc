/**
 * Makes a case that fails smaller, one step at a time, as long as it fails. Not fast-check's: its values cost more than many
 * of the labs, and a hundred thousand are to be played, each of which a number names.
 */

/** How often it is tried at most. */
const TRIES = 400;

/**
 * `smaller` gives candidates, the boldest first; what still fails is taken, and it begins anew. The same case gives the same
 * small one.
 */
export function shrink<T>(
  failing: T,
  smaller: (from: T) => Iterable<T>,
  fails: (candidate: T) => boolean,
): T {
  let best = failing;
  let tries = 0;
  for (let goesOn = true; goesOn; ) {
    goesOn = false;
    for (const candidate of smaller(best)) {
      if (++tries > TRIES) return best;
      if (!fails(candidate)) continue;
      best = candidate;
      goesOn = true;
      break;
    }
  }
  return best;
}

/** A list without some of its members: without all, without either half, without one each. */
export function* shorter<T>(list: readonly T[]): Iterable<readonly T[]> {
  if (list.length === 0) return;
  yield [];
  const half = list.length >> 1;
  if (half > 0) {
    yield list.slice(0, half);
    yield list.slice(half);
  }
  if (list.length > 2)
    for (let i = list.length - 1; i >= 0; i--) yield list.filter((_one, at) => at !== i);
}
