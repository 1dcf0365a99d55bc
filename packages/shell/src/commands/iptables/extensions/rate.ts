/** Rates as `5/min`: of libxt_limit and libxt_hashlimit, which hand the kernel the time between packets. */

/** Units by their names, whose prefixes are accepted; seconds, and how they are saved. */
export const RATE_UNITS = [
  ["second", 1, "sec"],
  ["minute", 60, "min"],
  ["hour", 3600, "hour"],
  ["day", 86_400, "day"],
] as const;

/** The interval, in parts of a second of which there are `scale`, as a rate in the longest unit that loses little. */
export function rateText(interval: number, scale: number): string {
  let best: (typeof RATE_UNITS)[number] = RATE_UNITS[3];
  for (const unit of [RATE_UNITS[2], RATE_UNITS[1], RATE_UNITS[0]]) {
    const span = unit[1] * scale;
    if (interval > span || Math.floor(span / interval) < span % interval) break;
    best = unit;
  }
  return `${Math.floor((best[1] * scale) / interval)}/${best[2]}`;
}
