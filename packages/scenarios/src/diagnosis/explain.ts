/**
 * Why a request got no, a wrong or a slow answer: from the symptom to the packet that ended, to what decided there, to the
 * setting behind it; and the smallest change that mends it, found by trying suspects on forks until one does. Several
 * troubles are told one after the other, each as it is when those before it are mended.
 */
import type { ChangeOrigin } from "@lvsim/core";
import type { Evidence, RequestFacts, Stage, Trial, Typed } from "./evidence.ts";
import { groundOf, type Incident, incidentOf, wishIncident } from "./incident.ts";
import { type Case, Search, type Success } from "./search.ts";
import type { Setting, Suspect } from "./suspect.ts";

/** What was found to be wrong, with the change that mends it. */
export interface Finding {
  readonly suspect: Suspect;
  /** The command that set it last; null when nobody did. */
  readonly origin: ChangeOrigin | null;
}

interface Mend {
  /** What was changed on the fork, beside what mends the troubles told of before. */
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

/** Diagnoses told of at most, each of another trouble. */
const DIAGNOSES_MAX = 5;

const NOTHING: Trial = { changes: [], before: 0, instead: [], from: "", of: "" };

/** Explains every request that went wrong, or the one with that number; one of each kind of trouble. Then wishes. */
export function explainAll(stage: Stage, only: number | null): Diagnosis[] {
  return new Rounds(stage, only).run();
}

/** The troubles of one run, one after the other. */
class Rounds {
  private readonly stage: Stage;
  private readonly only: number | null;
  private readonly told: Diagnosis[] = [];
  /** Troubles that were told of, whether they could be mended or not. */
  private readonly grounds = new Set<string>();
  private base = NOTHING;

  constructor(stage: Stage, only: number | null) {
    this.stage = stage;
    this.only = only;
  }

  run(): Diagnosis[] {
    let evidence = this.stage.play(null, null);
    while (this.told.length < DIAGNOSES_MAX) {
      const next = this.next(evidence);
      if (next === null) break;
      const search = new Search(this.stage, this.base, evidence, next);
      const success = search.run();
      // what could not be mended by itself may go with what else is wished for
      if (success === null && this.stage.hasWishes && !next.forWishes) continue;
      this.told.push(diagnosisOf(evidence, next, this.base, success, search.trials));
      if (success === null) continue;
      this.base = success.trial;
      evidence = success.evidence;
    }
    return this.told;
  }

  /** The first request in a trouble that was not told of, or the wishes. */
  private next(evidence: Evidence): Case | null {
    if (this.stage.hasWishes && wishIncident(evidence) === null) return null;
    for (const [asked, request] of evidence.requests.entries()) {
      if (this.only !== null && this.only !== asked) continue;
      const incident = incidentOf(evidence, request);
      if (incident !== null && this.isNew(`${request.machine} ${groundOf(incident)}`))
        return { asked, incident, forWishes: false };
    }
    return this.stage.hasWishes ? this.nextWish(evidence) : null;
  }

  /** What keeps the wishes from holding, seen from the first request that went wrong, or else from the first of all. */
  private nextWish(evidence: Evidence): Case | null {
    const incident = wishIncident(evidence);
    if (incident === null || !this.isNew(`wishes ${groundOf(incident)}`)) return null;
    const wrong = evidence.requests.findIndex((request) => incidentOf(evidence, request) !== null);
    return { asked: Math.max(wrong, 0), incident, forWishes: true };
  }

  private isNew(ground: string): boolean {
    return this.grounds.size < this.grounds.add(ground).size;
  }
}

function diagnosisOf(
  evidence: Evidence,
  { asked, incident }: Case,
  base: Trial,
  success: Success | null,
  trials: number,
): Diagnosis {
  const suspects = success?.suspects ?? [];
  return {
    request: evidence.requests[asked] as RequestFacts,
    incident,
    evidence,
    findings: suspects.map((suspect) => ({
      suspect,
      origin: originOf(evidence, suspect.setting),
    })),
    mend: success === null ? null : mendOf(evidence, base, success),
    trials,
  };
}

function mendOf({ typed }: Evidence, base: Trial, success: Success): Mend {
  const { sound, requests, trial } = success;
  const own = {
    ...trial,
    changes: trial.changes.slice(base.changes.length),
    instead: trial.instead.slice(base.instead.length),
    from: trial.from === base.from ? "" : trial.from,
  };
  const replaced = typed.filter(({ input }) => own.instead.some((one) => one.input === input));
  return { trial: own, replaced, sound, requests };
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
