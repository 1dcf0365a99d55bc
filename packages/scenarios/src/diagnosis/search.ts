/**
 * The search for what mends a request: suspects are tried on forks until one does. Several faults are found one after the
 * other: the change that lets the packets come furthest is kept, then others that changed where they end, and the search
 * goes on from there.
 */
import type { Evidence, RequestFacts, Stage, Trial } from "./evidence.ts";
import { groundOf, type Incident, incidentOf, wishIncident } from "./incident.ts";
import { sceneOf } from "./scene.ts";
import type { Suspect } from "./suspect.ts";
import { suspectsOf } from "./suspects.ts";

/** Forks that are played at most for one request. */
const TRIALS_MAX = 250;
const FAULTS_MAX = 3;
/** Below this rank the incident points at a suspect. */
const POINTED = 1;
/** Below this rank a suspect is worth waiting for a sound whole; above it the first that mends is taken. */
const GUESS = 5;
/** Below this rank a suspect is more than a guess; where somebody says what should hold, it may be asked instead. */
const FOUNDED = 2.9;
/** Changes without progress from which the search goes on, at most, at each step. */
const BRANCHES = 3;

/** A trouble: the request that shows it, and how. */
export interface Case {
  readonly asked: number;
  readonly incident: Incident;
  readonly forWishes: boolean;
}

interface Step {
  readonly suspects: readonly Suspect[];
  readonly evidence: Evidence;
  readonly incident: Incident;
}

export interface Success {
  readonly suspects: readonly Suspect[];
  readonly trial: Trial;
  readonly sound: number;
  readonly requests: number;
  /** No other request has the same trouble any more. */
  readonly isWhole: boolean;
  /** All requests, as they are then. */
  readonly evidence: Evidence;
}

const greater = (a: Success | null, b: Success | null): Success | null =>
  b !== null && (a === null || b.sound > a.sound || b.isWhole) ? b : a;

const progressFrom = (now: Step, from: Step): number =>
  now.incident.progress - from.incident.progress;

/** What came of the changes that were tried on top of a step. */
class Tried {
  readonly step: Step;
  best: Success | null = null;
  /** The change that brought the packets furthest; the step itself when none brought them further. */
  better: Step;
  /** Changes after which they met another obstacle and came no further. */
  private readonly turned: Step[] = [];

  constructor(step: Step) {
    this.step = step;
    this.better = step;
  }

  add({ success, step }: Attempt, isPointed: boolean): void {
    this.take(success);
    if (step === null) return;
    if (progressFrom(step, this.better) > 0) this.better = step;
    else if (isPointed && isTurned(step, this.step)) this.turned.push(step);
  }

  /** Keeps the better success; whether it is a sound whole. */
  take(success: Success | null): boolean {
    this.best = greater(this.best, success);
    return this.isDone;
  }

  get isDone(): boolean {
    return this.best?.isWhole === true;
  }

  /** From where to go on. */
  next(): Step[] {
    const turned = [...this.turned].sort((a, b) => progressFrom(b, a)).slice(0, BRANCHES);
    return this.better === this.step ? turned : [this.better, ...turned];
  }
}

interface Attempt {
  readonly success: Success | null;
  readonly step: Step | null;
}

export class Search {
  private readonly stage: Stage;
  /** What mends earlier troubles; made in each fork. */
  private readonly base: Trial;
  private readonly start: Step;
  private readonly asked: number;
  /** It is sought why wishes do not hold, not why that one request went wrong. */
  private readonly forWishes: boolean;
  private readonly worst: number;
  trials = 0;

  constructor(stage: Stage, base: Trial, evidence: Evidence, { asked, incident, forWishes }: Case) {
    this.stage = stage;
    this.base = base;
    this.start = { suspects: [], evidence, incident };
    this.asked = asked;
    this.forWishes = forWishes;
    this.worst = stage.hasWishes && !forWishes ? FOUNDED : Number.POSITIVE_INFINITY;
  }

  run(): Success | null {
    return this.find(this.start, true);
  }

  /**
   * What mends on top of `step`: the suspects that the incident points at, then those that another incident behind one of
   * them points at; if it is `isWide` all others too, and what lies behind the change that brought the packets furthest.
   */
  private find(step: Step, isWide: boolean): Success | null {
    const scene = sceneOf(step.evidence, this.asked, step.incident);
    const suspects = suspectsOf(scene, step.evidence);
    const tried = new Tried(step);
    for (const isPointed of isWide ? [true, false] : [true]) {
      const before = tried.better;
      for (const suspect of suspects.filter(({ rank }) => rank < POINTED === isPointed)) {
        if (this.trials >= TRIALS_MAX || suspect.rank >= this.worstAfter(tried)) break;
        tried.add(this.attempt([...step.suspects, suspect]), isPointed);
        if (tried.isDone) return tried.best;
      }
      if (step.suspects.length + 1 >= FAULTS_MAX) continue;
      const narrow = isPointed ? tried.next() : [];
      const wide = isWide && tried.better !== before ? [tried.better] : [];
      for (const one of narrow) if (tried.take(this.find(one, false))) return tried.best;
      for (const one of wide) if (tried.take(this.find(one, true))) return tried.best;
    }
    return tried.best;
  }

  /** What is left out behind another change would hide rather than mend. */
  private worstAfter({ best, step }: Tried): number {
    return best !== null || step.suspects.length > 0 ? Math.min(GUESS, this.worst) : this.worst;
  }

  /** Plays a fork with the changes made before all requests and, if that does not mend it, just before this one. */
  private attempt(suspects: readonly Suspect[]): Attempt {
    const { stage, asked, base, forWishes } = this;
    let step: Step | null = null;
    for (const before of isEmpty(base) ? new Set([0, asked]) : [Math.min(base.before, asked)]) {
      const trial = this.trialOf(suspects, before);
      if (before > 0 && trial.changes.length === 0) continue;
      this.trials++;
      const evidence = stage.play(trial, forWishes ? null : asked);
      const request = evidence.requests[asked];
      if (request === undefined) continue;
      const incident = forWishes ? wishIncident(evidence) : incidentOf(evidence, request);
      if (incident === null) return { success: this.judge(suspects, trial, evidence), step };
      if (step === null || incident.progress > step.incident.progress)
        step = { suspects, evidence, incident };
    }
    return { success: null, step };
  }

  /** What a change that mends the request does to all others; null when it only moves the trouble to another one. */
  private judge(suspects: readonly Suspect[], trial: Trial, sofar: Evidence): Success | null {
    const { forWishes, start } = this;
    if (!forWishes) this.trials++;
    const evidence = forWishes ? sofar : this.stage.play(trial, null);
    const later = evidence.requests.slice(trial.before);
    const left = later.flatMap((one) => incidentOf(evidence, one) ?? []);
    const ground = groundOf(start.incident);
    // other troubles have other causes
    const isWhole = forWishes || left.every((one) => groundOf(one) !== ground);
    const sound = later.length - left.length;
    if (!forWishes && sound <= soundAmong(start.evidence, trial.before)) return null;
    return { suspects, trial, sound, requests: later.length, isWhole, evidence };
  }

  private trialOf(suspects: readonly Suspect[], before: number): Trial {
    const { base, start, asked } = this;
    const own = suspects.map(({ from = "" }) => from).find((from) => from !== "") ?? "";
    return {
      changes: [...base.changes, ...suspects.flatMap(({ fix }) => [...fix])],
      before,
      instead: [...base.instead, ...suspects.flatMap(({ instead = [] }) => [...instead])],
      from: own === "" ? base.from : own,
      of: own === "" ? base.of : (start.evidence.requests[asked] as RequestFacts).machine,
    };
  }
}

const soundAmong = (evidence: Evidence, from: number): number =>
  evidence.requests.slice(from).filter((one) => incidentOf(evidence, one) === null).length;

const isEmpty = ({ changes, instead, from }: Trial): boolean =>
  changes.length === 0 && instead.length === 0 && from === "";

/** Whether a change that brought the packets no further met another obstacle than before. */
const isTurned = ({ incident }: Step, from: Step): boolean =>
  groundOf(incident) !== groundOf(from.incident);
