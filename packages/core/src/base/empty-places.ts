/** Arrays of nulls, with which tables begin. */

/** By size: V8 copies a whole array of few places many times faster than it fills one, and than it copies a part. */
const SOME: (null[] | undefined)[] = [];
const FEW = 256;

/** `count` nulls. */
export function emptyPlaces(count: number): null[] {
  if (count > FEW) return new Array<null>(count).fill(null);
  while (SOME.length <= count) SOME.push(undefined);
  const some = SOME[count] ?? new Array<null>(count).fill(null);
  SOME[count] = some;
  return some.slice();
}
