/**
 * Why a request got no, a wrong or a slow answer: from the symptom to the packet that ended, to what decided there, to the
 * setting behind it; and the smallest change that mends it, found by trying suspects on forks until one does. Several
 * faults are found one after the other: the change that lets the packets come furthest is kept, and the search goes on.
 */
import { type ChangeOrigin, IpProtocol, parseIpv4Address } from "@lvsim/core";
import type { Evidence, RequestFacts, Stage, Trial, Typed } from "./evidence.ts";
import { type Incident, incidentOf, wishIncident } from "./incident.ts";
import { asksFor, type Endpoint, Network } from "./network.ts";
import type { Scene, Setting, Suspect } from "./suspect.ts";
import { suspectsOf } from "./suspects.ts";

/** What was found to be wrong, with the change that mends it. */
export interface Finding {
  readonly suspect: Suspect;
  /** The command that set it last; null when nobody did. */
  readonly origin: ChangeOrigin | null;
}

interface Mend {
  /** What was changed on the fork. */
  readonly trial: Trial;
  /** What was typed otherwise, as it had been. */
  readonly replaced: readonly Typed[];
  /** Requests from then on that were well on the fork, of how many. */
  readonly sound: number;
  readonly requests: number;
}

export interface Diagnosis {
  readonly request: RequestFacts;
  readonly incident: Incident;
  readonly evidence: Evidence;
  /** One, or several that only together mend it; empty when none was found. */
  readonly findings: readonly Finding[];
  readonly mend: Mend | null;
  /** Forks that were played. */
  readonly trials: number;
}

/** Forks that are played at most for one request. */
const TRIALS_MAX = 400;
const FAULTS_MAX = 3;
/** Below this rank the incident points at a suspect. */
const POINTED = 1;
/** Below this rank a suspect is worth waiting for a sound whole; above it the first that mends is taken. */
const GUESS = 5;

/** Diagnoses told of at most, each of another trouble. */
const DIAGNOSES_MAX = 5;

/** Explains every request that went wrong, or the one with that number; one of each kind of trouble. Then wishes. */
export function explainAll(stage: Stage, only: number | null): Diagnosis[] {
  const evidence = stage.play(null, null);
  if (stage.hasWishes) return explainWishes(stage, evidence);
  const diagnoses = new Map<string, Diagnosis>();
  for (const [number, request] of evidence.requests.entries()) {
    if ((only !== null && only !== number) || diagnoses.size >= DIAGNOSES_MAX) continue;
    const incident = incidentOf(evidence, request);
    if (incident === null) continue;
    const key = `${request.machine} ${groundOf(incident)}`;
    if (!diagnoses.has(key))
      diagnoses.set(key, new Search(stage, evidence, number, incident).run());
  }
  return [...diagnoses.values()];
}

/** What keeps the wishes from holding, seen from the first request that went wrong, or else from the first of all. */
function explainWishes(stage: Stage, evidence: Evidence): Diagnosis[] {
  const incident = wishIncident(evidence);
  if (incident === null) return [];
  const wrong = evidence.requests.findIndex((request) => incidentOf(evidence, request) !== null);
  return [new Search(stage, evidence, Math.max(wrong, 0), incident).run()];
}

interface Step {
  readonly suspects: readonly Suspect[];
  readonly evidence: Evidence;
  readonly incident: Incident;
}

interface Success {
  readonly suspects: readonly Suspect[];
  readonly before: number;
  readonly sound: number;
  readonly requests: number;
  /** No other request has the same trouble any more. */
  readonly isWhole: boolean;
}

const greater = (a: Success | null, b: Success | null): Success | null =>
  b !== null && (a === null || b.sound > a.sound || b.isWhole) ? b : a;

/** What two requests have in common that end for one reason. */
const groundOf = ({ trouble, end }: Incident): string =>
  end === null
    ? trouble
    : [end.kind, end.host, end.kind === "dropped" ? end.reason + end.why : trouble].join();

/** Whether the packets came further than with `best`, or met another obstacle where one had been pointed at. */
function isFurther(now: Step, best: Step, from: Step, { rank }: Suspect): boolean {
  const more = now.incident.progress - best.incident.progress;
  if (more !== 0) return more > 0;
  return best === from && rank < POINTED && groundOf(now.incident) !== groundOf(from.incident);
}

class Search {
  private readonly stage: Stage;
  private readonly evidence: Evidence;
  private readonly asked: number;
  private readonly incident: Incident;
  private trials = 0;

  constructor(stage: Stage, evidence: Evidence, asked: number, incident: Incident) {
    this.stage = stage;
    this.evidence = evidence;
    this.asked = asked;
    this.incident = incident;
  }

  run(): Diagnosis {
    const { incident, evidence } = this;
    const request = evidence.requests[this.asked] as RequestFacts;
    const success = this.find({ suspects: [], evidence, incident });
    const suspects = success?.suspects ?? [];
    return {
      request,
      incident,
      evidence,
      findings: suspects.map((suspect) => ({
        suspect,
        origin: originOf(evidence, suspect.setting),
      })),
      mend: success === null ? null : this.mendOf(success),
      trials: this.trials,
    };
  }

  /**
   * What mends on top of `step`: the suspects that the incident points at, then what lies behind the one of them that
   * brought the packets furthest, then all others and what lies behind those.
   */
  private find(step: Step): Success | null {
    const suspects = suspectsOf(sceneOf(step.evidence, this.asked, step.incident), step.evidence);
    let best: Success | null = null;
    let better = step;
    for (const isPointed of [true, false]) {
      const before = better;
      for (const suspect of suspects.filter(({ rank }) => rank < POINTED === isPointed)) {
        // what is left out behind another change would hide rather than mend
        const isTold = best !== null || step.suspects.length > 0;
        if (this.trials >= TRIALS_MAX || (isTold && suspect.rank >= GUESS)) break;
        const tried = this.attempt([...step.suspects, suspect]);
        best = greater(best, tried.success);
        if (best?.isWhole === true) return best;
        if (tried.step !== null && isFurther(tried.step, better, step, suspect))
          better = tried.step;
      }
      if (better === before || better.suspects.length >= FAULTS_MAX) continue;
      best = greater(best, this.find(better));
      if (best?.isWhole === true) return best;
    }
    return best;
  }

  /** Plays a fork with the changes made before all requests and, if that does not mend it, just before this one. */
  private attempt(suspects: readonly Suspect[]): { success: Success | null; step: Step | null } {
    let step: Step | null = null;
    for (const before of new Set([0, this.asked])) {
      const trial = this.trialOf(suspects, before);
      if (before > 0 && trial.changes.length === 0) continue;
      this.trials++;
      const { stage, asked } = this;
      const evidence = stage.play(trial, stage.hasWishes ? null : asked);
      const request = evidence.requests[asked];
      if (request === undefined) continue;
      const incident = stage.hasWishes ? wishIncident(evidence) : incidentOf(evidence, request);
      if (incident === null)
        return { success: { suspects, before, ...this.judgeAll(trial, evidence) }, step };
      if (step === null || incident.progress > step.incident.progress)
        step = { suspects, evidence, incident };
    }
    return { success: null, step };
  }

  private judgeAll(trial: Trial, sofar: Evidence): Pick<Success, "sound" | "requests" | "isWhole"> {
    const isPlayed = this.stage.hasWishes;
    if (!isPlayed) this.trials++;
    const evidence = isPlayed ? sofar : this.stage.play(trial, null);
    const later = evidence.requests.slice(trial.before);
    const left = later.flatMap((one) => incidentOf(evidence, one) ?? []);
    // other troubles have other causes
    const isWhole = isPlayed || left.every((one) => groundOf(one) !== groundOf(this.incident));
    return { sound: later.length - left.length, requests: later.length, isWhole };
  }

  private trialOf(suspects: readonly Suspect[], before: number): Trial {
    return {
      changes: suspects.flatMap(({ fix }) => [...fix]),
      before,
      instead: suspects.flatMap(({ instead = [] }) => [...instead]),
      from: suspects.map(({ from = "" }) => from).find((from) => from !== "") ?? "",
      of: this.evidence.requests[this.asked]?.machine ?? "",
    };
  }

  private mendOf({ suspects, before, sound, requests }: Success): Mend {
    const trial = this.trialOf(suspects, before);
    const replaced = this.evidence.typed.filter(({ input }) =>
      trial.instead.some((one) => one.input === input),
    );
    return { trial, replaced, sound, requests };
  }
}

function sceneOf(evidence: Evidence, asked: number, incident: Incident): Scene {
  const network = new Network(evidence.hosts);
  const request = evidence.requests[asked] as RequestFacts;
  const client = network.host(request.machine);
  const header = incident.flow?.header ?? null;
  const target = header === null ? targetIn(request.command) : asksFor(header);
  const { end } = incident;
  const place = end === null || end.kind === "unresolved" ? end?.host : end.host;
  return {
    network,
    request,
    client: client ?? (evidence.hosts[0] as Scene["client"]),
    incident,
    target,
    services: target === null ? network.services() : network.servicesOn(target.address),
    at: network.host(place ?? "") ?? (incident.trouble === "nothing-sent" ? client : undefined),
  };
}

/** What a command line asks for, from the address in it. */
function targetIn(command: string): Endpoint | null {
  const [, text = "", port = "80"] = /(\d+\.\d+\.\d+\.\d+)(?:[:\s]+(\d+))?/.exec(command) ?? [];
  const address = parseIpv4Address(text);
  return address === undefined ? null : { protocol: IpProtocol.tcp, address, port: Number(port) };
}

/** Who changed that part of the configuration last before the trouble. */
function originOf({ hosts }: Evidence, setting: Setting | undefined): ChangeOrigin | null {
  const host = hosts.find(({ name }) => name === setting?.host);
  if (setting === undefined || host === undefined) return null;
  const at = "read" in setting ? setting.read : byPath(setting.path);
  const past = host.past();
  return past.findLast(({ before, after }) => at(before) !== at(after))?.origin ?? null;
}

const byPath =
  (path: string) =>
  (config: unknown): unknown =>
    path
      .split(".")
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], config);
