/** Plays a history with short cuts and without. */
import { DropCounts } from "../swarm/drop-counts.ts";
import { Director, type Step } from "./director-history.ts";
import { Seen } from "./seen.ts";

/** What differs first, and after which step; null when nothing does. A trace, whatever it does, forbids short cuts. */
export function differenceBetweenWays(steps: readonly Step[]): string | null {
  const sides = [new Director(null), new Director(new DropCounts())] as const;
  const [short, whole] = sides.map(({ lab }) => new Seen(lab.simulation)) as [Seen, Seen];
  for (const step of steps) {
    for (const side of sides) side.take(step);
    const found = short.differenceTo(whole);
    if (found !== null) return `after ${JSON.stringify(step)}: ${found}`;
  }
  return null;
}
