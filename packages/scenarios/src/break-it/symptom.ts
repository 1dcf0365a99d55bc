/** How a run of a made lab is, as its user sees it. Diagnosis judges for itself and knows nothing of this. */
import type { FrameIndex } from "@lvsim/core";
import type { Lab } from "../lab/lab.ts";
import type { Wish } from "../lab/replay-stage.ts";
import type { LabDefinition } from "../lab-file/schema.ts";
import { openingFrame, serverOf } from "../run/answers.ts";
import type { RequestRun } from "../run/lab-run.ts";
import { runLab } from "../run/run-lab.ts";
import type { Site } from "./places.ts";

export type Symptom =
  /** A request is not answered. */
  | "fails"
  /** One is answered by a machine that should not, or past the director. */
  | "astray"
  | "slow"
  /** A real server gets none although it should. */
  | "starved";

export interface Behaviour {
  readonly symptoms: readonly Symptom[];
  /** Real servers that took requests in, and would whatever the order; none where that depends on it. */
  readonly serving: readonly string[];
  /** Every start-up command ended well. */
  readonly isStarted: boolean;
}

/** What takes longer is slow: all else takes a few milliseconds, but for a datagram's client, which waits a second. */
const SLOW = 900_000_000;
const SLOW_DATAGRAM = 1_900_000_000;

/** `serving`: the real servers that should get requests; null when that is not known yet. */
export function behaviourOf(
  site: Site,
  definition: LabDefinition,
  seed: string,
  serving: readonly string[] | null,
): Behaviour {
  const run = runLab("made", definition, { seed });
  const slow = slowFor(site);
  const servers = new Set(site.servers.map(({ name }) => name));
  const seen = new Set(run.requests.flatMap(({ server }) => server ?? []));
  const symptoms = new Set(
    run.requests.flatMap((one) => symptomOf(run.frames, one, servers, slow)),
  );
  const missing = (serving ?? []).some((name) => !seen.has(name));
  // whoever gets no answer need not ask who did not give it
  if (missing && symptoms.size === 0) symptoms.add("starved");
  return {
    symptoms: [...symptoms],
    serving: isFree(site.plan) ? [...servers].filter((name) => seen.has(name)) : [],
    isStarted: run.starts.every(({ asExpected }) => asExpected) && run.limit === null,
  };
}

/** That every request is well and every real server of `serving` gets one: what the users of a made lab wish for. */
export function wellBeing(site: Site, serving: readonly string[]): Wish<Lab> {
  const servers = new Set(site.servers.map(({ name }) => name));
  return (_lab, { hosts, requests, events, frames }) => {
    const names = new Set(hosts.map(({ name }) => name));
    const lost = events[0]?.index ?? 0;
    const seen = requests.map(({ machine, firstEvent, endEvent, ...request }) => {
      const during = events.slice(Math.max(firstEvent - lost, 0), Math.max(endEvent - lost, 0));
      const frame = openingFrame(during, machine, names);
      return { ...request, frame, server: serverOf(frames, frame, names) };
    });
    return [
      ...seen.map((one) => symptomOf(frames, one, servers, slowFor(site)).length === 0),
      ...serving.map((name) => seen.some(({ server }) => server === name)),
    ];
  };
}

/** Whether each server's turn comes whatever stands in the list besides: not where clients are tied to servers. */
const isFree = ({ scheduler, persistence }: Site["plan"]): boolean =>
  persistence === 0 && scheduler !== "sh" && scheduler !== "mh";

const slowFor = ({ plan }: Site): number => (plan.offer === "datagram" ? SLOW_DATAGRAM : SLOW);

function symptomOf(
  frames: FrameIndex,
  request: Omit<RequestRun, "from" | "command">,
  servers: ReadonlySet<string>,
  slow: number,
): Symptom[] {
  const { status, stdout, server, beganAt, endedAt, frame } = request;
  if (status !== 0 || stdout === "") return ["fails"];
  if (server === null || !servers.has(server) || !isScheduled(frames, frame)) return ["astray"];
  return endedAt - beganAt > slow ? ["slow"] : [];
}

const isScheduled = (frames: FrameIndex, frame: number): boolean =>
  frames.family(frame).some(({ kind }) => kind === "scheduled" || kind === "forwarded");
