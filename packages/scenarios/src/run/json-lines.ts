/** `lvsim run --json`: a line per event, and a last one of kind "summary". Keys are an interface: scripts read them. */
import { eventToJson, type TraceEvent } from "@lvsim/core";
import type { LabRun } from "./lab-run.ts";

/** An event of the trace as a line of JSON. */
export const eventJsonLine = (event: TraceEvent): string => JSON.stringify(eventToJson(event));

/** The last line of JSON Lines: what the run came to. */
export function summaryJson(run: LabRun, wallSeconds: number): string {
  const { name, seed, fingerprint, eventCount, endedAt, requests, starts, limit } = run;
  return JSON.stringify({
    kind: "summary",
    scenario: name,
    seed,
    fingerprint,
    events: eventCount,
    simulatedSeconds: endedAt / 1e9,
    wallSeconds,
    requests: requests.map(({ from, command, status, server, frame }) => ({
      from,
      command,
      status,
      server,
      frame,
    })),
    failedStarts: starts.filter(({ asExpected }) => !asExpected).length,
    ...(limit === null ? {} : { limit }),
  });
}
