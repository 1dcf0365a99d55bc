/** Checks as a wish: what should hold, for whoever asks why it does not. */
import type { Lab } from "../lab/lab.ts";
import type { Wish } from "../lab/replay-stage.ts";
import type { Check } from "../lab-file/check-schema.ts";
import { openingFrame, serverOf } from "../run/answers.ts";
import { holdsOf } from "./check-lab.ts";

/** Wishes that the checks hold, each by itself. */
export function wishFor(checks: readonly Check[]): Wish<Lab> {
  return (lab, { hosts, requests, events, frames }) => {
    const names = new Set(hosts.map(({ name }) => name));
    const lost = events[0]?.index ?? 0;
    const seen = {
      hosts: hosts.map(({ name, config, past }) => ({
        name,
        before: config,
        started: config,
        after: config,
        past,
      })),
      requests: requests.map(({ machine, ...request }) => {
        const { firstEvent, endEvent } = request;
        const during = events.slice(Math.max(firstEvent - lost, 0), Math.max(endEvent - lost, 0));
        const frame = openingFrame(during, machine, names);
        return { ...request, from: machine, frame, server: serverOf(frames, frame, names) };
      }),
      events,
      frames,
    };
    return checks.map((check) => holdsOf(lab, seen, check));
  };
}
