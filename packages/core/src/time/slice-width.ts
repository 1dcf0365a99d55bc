/** Events that a slice is meant to hold, at least; up to twice as many, since widths are powers of two. */
const EVENTS_PER_SLICE = 2;
const SAMPLE_MAX = 128;

/**
 * A width in nanoseconds, a power of two, that gives each slice a few of the next events. Only the earliest quarter of
 * the instants at which the events `slots` are due counts, since a few may lie far apart.
 */
export function sliceWidth(slots: readonly number[], at: Float64Array): number {
  const step = Math.ceil(slots.length / SAMPLE_MAX);
  const sample: number[] = [];
  for (let i = 0; i < slots.length; i += step) sample.push(at[slots[i] as number] as number);
  sample.sort((a, b) => a - b);
  const gap = meanGap(sample, sample.length >> 2) || meanGap(sample, sample.length - 1);
  let width = 1;
  while (width * step < EVENTS_PER_SLICE * gap) width *= 2;
  return width;
}

/** Mean distance between the first `count` + 1 instants. */
const meanGap = (sorted: readonly number[], count: number): number =>
  ((sorted[count] as number) - (sorted[0] as number)) / Math.max(1, count);
