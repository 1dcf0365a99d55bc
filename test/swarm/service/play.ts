/** Plays a plan: the lab runs with all invariants, faults come and go, all is put right, and then the goals must be reached. */
import { later, PLAIN_LINK, Recorder, seconds, type Trace, tee } from "@lvsim/core";
import { Lab } from "@lvsim/scenarios";
import {
  answered,
  connectionsEnd,
  eventually,
  type Goal,
  INVARIANTS,
  neighboursAgree,
  switchesKnow,
  vipIsAt,
  Watch,
} from "@lvsim/testing";
import { Seen } from "../../determinism/seen.ts";
import { DropCounts } from "../drop-counts.ts";
import { type Played, type PlayOptions, playedOf } from "../played.ts";
import { healing } from "./faults.ts";
import { askLine, serviceLab } from "./lab.ts";
import type { ServerPlan, ServicePlan } from "./plan.ts";
import { vipOf } from "./site.ts";

/** From the last fault's end until everything is put right, and from there until goals must be reached. */
const SETTLING = seconds(5);
const WITHIN = seconds(90);
/** An established connection of which nobody speaks any more stays 900 s, and its template as long. */
const COMING_TO_REST = seconds(1100);

/** Fifty times what a lab needs: one that takes more would not end. */
const LIMITS = { eventsMax: 200_000 };

export function playService(plan: ServicePlan, options: PlayOptions = {}): Played {
  const watch = new Watch(INVARIANTS);
  const drops = new DropCounts();
  const recorder = options.tellsStories === true ? new Recorder() : null;
  const trace = tee([watch, ...(recorder === null ? [] : [recorder]), drops]) as Trace;
  let thrown: unknown = null;
  let seen: Seen | null = null;
  try {
    const lab = build(plan, trace);
    watch.follow(lab.simulation);
    if (options.comparesUntraced === true) seen = new Seen(lab.simulation);
    live(plan, lab, options);
    if (options.onlyFaults === true) watch.look();
    else watch.close(true);
  } catch (error) {
    thrown = error;
    if (watch.scene.isFollowing) watch.look();
  }
  const difference = seen === null ? null : untraced(plan, options).differenceTo(seen);
  return playedOf({ watch, drops, recorder, thrown, seed: plan.seed, isEnded: true, difference });
}

const build = (plan: ServicePlan, trace: Trace | null): Lab =>
  Lab.build(serviceLab(plan), { seed: plan.seed, trace, limits: LIMITS });

/** Faults come and go; unless that is all, everything is put right, and the goals are reached or it throws. */
function live(plan: ServicePlan, lab: Lab, { onlyFaults = false }: PlayOptions): void {
  chaos(plan, lab);
  if (lab.simulation.engine.limitReached() !== null) throw new Error("it does not come to rest");
  if (onlyFaults) return;
  heal(plan, lab);
  converge(plan, lab);
}

function untraced(plan: ServicePlan, options: PlayOptions): Seen {
  const lab = build(plan, null);
  const seen = new Seen(lab.simulation);
  try {
    live(plan, lab, options);
  } catch {
    // the traced run has told of it
  }
  return seen;
}

function chaos(plan: ServicePlan, lab: Lab): void {
  lab.run();
  const ends = [
    ...plan.faults.map(({ at, lasts }) => at + lasts),
    ...plan.requests.map(({ at, waits }) => at + waits * 1000),
  ];
  const end = later(lab.now, seconds(Math.max(0, ...ends) / 1000));
  lab.until(later(end, SETTLING));
}

function heal(plan: ServicePlan, lab: Lab): void {
  for (const link of lab.simulation.links) link.configure({ ...PLAIN_LINK, delay: link.delay });
  lab.exec("dir", healing(plan));
}

function converge(plan: ServicePlan, lab: Lab): void {
  // of a table of hashes some chains lead to the server at rest; ovf fills no server again that was left with connections
  const { scheduler } = plan;
  const isUsable = ({ weight }: ServerPlan): boolean => weight > 0;
  const isServed = ["sh", "dh", "mh"].includes(scheduler)
    ? plan.servers.every(isUsable)
    : scheduler !== "ovf" && plan.servers.some(isUsable);
  const asked: Goal[] = isServed
    ? plan.clients.map((number) => answered(`client${number}`, askLine(plan)))
    : [];
  eventually(lab, [...asked, vipIsAt(vipOf(plan), "dir"), neighboursAgree, switchesKnow], {
    within: WITHIN,
    every: seconds(1),
  });
  // parts of packets are kept for 30 s
  lab.until(later(lab.now, seconds(60)));
  eventually(lab, [connectionsEnd], { within: COMING_TO_REST, every: seconds(20) });
}
