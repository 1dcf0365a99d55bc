/** One command at every moment between two events of a request: the races that a real network shows once a month. */
import { later, milliseconds } from "@lvsim/core";
import type { Lab } from "@lvsim/scenarios";

export interface Moment<Result> {
  /** How many events of the request had happened. */
  readonly events: number;
  /** Simulated seconds since it began. */
  readonly seconds: number;
  readonly result: Result;
}

export interface Race<Result> {
  /** A lab that is ready for the request; each moment has one of its own. */
  readonly begin: () => Lab;
  /** On which machine, and what is typed there. */
  readonly request: readonly [machine: string, command: string];
  readonly meanwhile: readonly [machine: string, command: string];
  /** What came of it, when the request has ended. */
  readonly end: (lab: Lab, request: { readonly status: number; readonly stdout: string }) => Result;
  /** At most so many moments; 2000 unless said. */
  readonly max?: number;
}

/** How long a request may take that nobody answers. */
const PATIENCE_MS = 60_000;

/** Types the second command after 0, 1, 2 … events of the first, until it would come after its end. */
export function everyMoment<Result>(race: Race<Result>): Moment<Result>[] {
  const { begin, request, meanwhile, end, max = 2000 } = race;
  const moments: Moment<Result>[] = [];
  for (let events = 0; ; events++) {
    if (events >= max) throw new RangeError(`the request takes more than ${max} events`);
    const lab = begin();
    const { engine } = lab.simulation;
    const began = lab.now;
    const deadline = later(began, milliseconds(PATIENCE_MS));
    const asked = lab.start(...request);
    const first = engine.eventCount;
    while (engine.eventCount < first + events && !asked.done && engine.step());
    if (asked.done && events > 0) return moments;
    const at = lab.now;
    lab.exec(...meanwhile);
    while (!asked.done && lab.now < deadline && engine.step());
    const { stdout } = asked;
    const result = end(lab, { status: asked.done ? asked.status : -1, stdout });
    moments.push({ events, seconds: (at - began) / 1e9, result });
  }
}
