/**
 * The hold model of an event loop, as the C++ peer runs it: pop the earliest event, dispatch it, push one new event at an
 * exponential distance, so that the queue keeps its size. Here an event is what the simulator's events are: a
 * fresh object each time, one of four classes, dispatched by its virtual `fire`.
 */
import type { EventQueue, SimEvent } from "@lvsim/core";
import { cpuNow, type Measurement } from "./measure.ts";

/** Counts that keep the work from being optimised away. */
const tally = [0, 0, 0, 0];

interface HoldEvent extends SimEvent {
  readonly argument: number;
}
/** What the queue gives back. */
type Taken = NonNullable<ReturnType<EventQueue["take"]>> & { readonly what: HoldEvent };

class Count implements HoldEvent {
  readonly argument: number;
  constructor(argument: number) {
    this.argument = argument;
  }
  fire(): void {
    tally[0] = (tally[0] as number) + 1;
  }
}
class Sum implements HoldEvent {
  readonly argument: number;
  constructor(argument: number) {
    this.argument = argument;
  }
  fire(): void {
    tally[1] = (tally[1] as number) + this.argument;
  }
}
class Mix implements HoldEvent {
  readonly argument: number;
  constructor(argument: number) {
    this.argument = argument;
  }
  fire(): void {
    tally[2] = (tally[2] as number) ^ this.argument;
  }
}
class Subtract implements HoldEvent {
  readonly argument: number;
  constructor(argument: number) {
    this.argument = argument;
  }
  fire(): void {
    tally[3] = (tally[3] as number) - 1;
  }
}

function fresh(sequence: number, argument: number): HoldEvent {
  switch (sequence & 3) {
    case 0:
      return new Count(argument);
    case 1:
      return new Sum(argument);
    case 2:
      return new Mix(argument);
    default:
      return new Subtract(argument);
  }
}

const GAP_COUNT = 1 << 16;
/** The mean gap: 1 in the peer, 1 ms of whole nanoseconds here. */
const MEAN_GAP_NS = 1_000_000;

/** The peer's gaps: xorshift64 from its seed, turned into an exponential distribution. */
function exponentialGaps(): Float64Array {
  const mask = (1n << 64n) - 1n;
  let state = 88172645463325252n;
  return Float64Array.from({ length: GAP_COUNT }, () => {
    state ^= (state << 13n) & mask;
    state ^= state >> 7n;
    state ^= (state << 17n) & mask;
    const unit = (Number(state >> 11n) + 1) / 2 ** 53;
    return Math.round(-Math.log(unit) * MEAN_GAP_NS);
  });
}
let known: Float64Array | null = null;

/** Runs `events` events of `empty` with `pending` events in it throughout. */
export function holdModel(empty: EventQueue, pending: number, events: number): Measurement {
  let queue = empty;
  let pushed = 0;
  known ??= exponentialGaps();
  const gaps = known;
  const push = (from: number, argument: number): void => {
    const gap = gaps[pushed & (GAP_COUNT - 1)] as number;
    queue.push(fresh(pushed++, argument), null, from + gap);
  };
  const hold = (count: number): void => {
    for (let i = 0; i < count; i++) {
      if ((i & 255) === 0) queue = queue.renewed();
      const at = queue.firstDue();
      const { what } = queue.take() as Taken;
      what.fire();
      push(at, what.argument);
    }
  };
  for (let i = 0; i < pending; i++) push(0, i);
  hold(Math.floor(events / 5));
  const begin = cpuNow();
  hold(events);
  return { n: events, cpu: cpuNow() - begin, unit: "ns" };
}
