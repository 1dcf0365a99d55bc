/** Arrays of nulls, with which tables begin. */

const SOME: readonly null[] = new Array<null>(256).fill(null);

/** `count` nulls. Few are copied, which V8 does many times faster than it fills an array. */
export const emptyPlaces = (count: number): null[] =>
  count <= SOME.length ? SOME.slice(0, count) : new Array<null>(count).fill(null);
