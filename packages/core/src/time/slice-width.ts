import type { Pending } from "./pending.ts";

/** Events that a slice is meant to hold, at least; up to twice as many, since widths are powers of two. */
const EVENTS_PER_SLICE = 2;
const SAMPLE_MAX = 128;

/**
 * A width in nanoseconds, a power of two, that gives each slice a few of the next of `events`, which are sorted. Only
 * the earliest quarter of a sample counts, since a few may lie far apart.
 */
export function sliceWidth(events: readonly Pending[]): number {
  const step = Math.ceil(events.length / SAMPLE_MAX);
  const sample: number[] = [];
  for (let i = 0; i < events.length; i += step) sample.push((events[i] as Pending).at);
  const gap = meanGap(sample, sample.length >> 2) || meanGap(sample, sample.length - 1);
  let width = 1;
  while (width * step < EVENTS_PER_SLICE * gap) width *= 2;
  return width;
}

/** Mean distance between the first `count` + 1 instants. */
const meanGap = (sorted: readonly number[], count: number): number =>
  ((sorted[count] as number) - (sorted[0] as number)) / Math.max(1, count);
