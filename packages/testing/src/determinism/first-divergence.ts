/**
 * Whether something runs the same every time: it is played twice, event by event, and the first event that differs is shown
 * with those before it. What differs then is not in the seed: a clock, `Math.random`, a set in the order of its making.
 */
import { eventToJson, Recorder, type Trace, type TraceEvent } from "@lvsim/core";

export interface Divergence {
  /** Number of the first event that differs. */
  readonly index: number;
  /** As lines of JSON; undefined for a run that had ended. */
  readonly first: string | undefined;
  readonly second: string | undefined;
  /** The events that both runs still had alike. */
  readonly before: readonly string[];
}

const BEFORE = 3;

const line = (event: TraceEvent | undefined): string | undefined =>
  event === undefined ? undefined : JSON.stringify(eventToJson(event));

/** Plays twice, each time with a trace of its own; null when both runs are alike to the last event. */
export function firstDivergence(play: (trace: Trace) => void): Divergence | null {
  const [first, second] = [new Recorder(), new Recorder()];
  play(first);
  play(second);
  const [one, other] = [[...first.events()], [...second.events()]];
  for (let i = 0; i < Math.max(one.length, other.length); i++) {
    const [here, there] = [line(one[i]), line(other[i])];
    if (here === there) continue;
    const before = one.slice(Math.max(i - BEFORE, 0), i).map((event) => line(event) ?? "");
    return { index: i, first: here, second: there, before };
  }
  return null;
}

/** Throws, with the place where two runs part, when they are not alike. */
export function assertDeterministic(play: (trace: Trace) => void): void {
  const found = firstDivergence(play);
  if (found === null) return;
  const { index, first = "(the run had ended)", second = "(the run had ended)", before } = found;
  throw new Error(
    [
      `two runs of one seed differ from event ${index} on`,
      ...before.map((text) => `    ${text}`),
      `  1 ${first}`,
      `  2 ${second}`,
    ].join("\n"),
  );
}
