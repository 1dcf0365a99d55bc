/** Plays a wild plan: built, disturbed, left alone until nothing happens any more, with all invariants. */
import { createRng, type Instant, Recorder, type Trace, tee } from "@lvsim/core";
import { INVARIANTS, Watch } from "@lvsim/testing";
import { Seen } from "../../determinism/seen.ts";
import { DropCounts } from "../drop-counts.ts";
import { type Played, type PlayOptions, playedOf } from "../played.ts";
import { type WildLab, wildLab } from "./lab.ts";
import type { WildPlan } from "./plan.ts";
import { act, serve } from "./traffic.ts";

const MILLISECOND = 1e6;
/** Longer than TCP tries to be heard. */
const PATIENCE = 4000e9;

export function playWild(plan: WildPlan, options: PlayOptions = {}): Played {
  const { tellsStories = false, comparesUntraced = false } = options;
  const watch = new Watch(INVARIANTS);
  const drops = new DropCounts();
  const recorder = tellsStories ? new Recorder() : null;
  const trace = tee([watch, ...(recorder === null ? [] : [recorder]), drops]) as Trace;
  let thrown: unknown = null;
  let isEnded = false;
  let seen: Seen | null = null;
  try {
    const lab = wildLab(plan, trace, (simulation) => watch.follow(simulation));
    if (comparesUntraced) seen = new Seen(lab.simulation);
    // a storm without delay is ended by a limit, and everything is still under way then
    isEnded = disturb(plan, lab);
    watch.close(isEnded);
  } catch (error) {
    thrown = error;
  }
  const difference = seen === null ? null : untraced(plan).differenceTo(seen);
  return playedOf({ watch, drops, recorder, thrown, seed: plan.seed, isEnded, difference });
}

function untraced(plan: WildPlan): Seen {
  const lab = wildLab(plan, null, () => {});
  const seen = new Seen(lab.simulation);
  try {
    disturb(plan, lab);
  } catch {
    // the traced run has told of it
  }
  return seen;
}

/** False when a limit ended it. */
function disturb(plan: WildPlan, lab: WildLab): boolean {
  const { engine } = lab.simulation;
  const rng = createRng(plan.seed);
  serve(lab.hosts);
  for (const number of plan.acts) {
    const own = rng.stream(`act${number}`);
    act(own, lab);
    const pause = own.below(400) * MILLISECOND + own.below(MILLISECOND);
    lab.simulation.run((engine.now + pause) as Instant);
  }
  return lab.simulation.run((engine.now + PATIENCE) as Instant).kind !== "limit";
}
