/** By which hosts packets came, and where they were lost, read from the trace. */
import type { DropReason, TraceEvent } from "@lvsim/core";
import { hostOfPlace, type LabRun } from "@lvsim/scenarios";

/** Where a frame ended that went no further. */
export interface Drop {
  readonly host: string;
  readonly place: string;
  readonly reason: DropReason;
  readonly frame: number;
  /** The rule, the route or the setting that decided so; "" for none. */
  readonly because: string;
}

const hostsOf = (run: LabRun): ReadonlySet<string> => new Set(run.hosts.map(({ name }) => name));

/** The hosts that took these frames further, in order; one that heard a flooded frame for somebody else is left out. */
export function wayOf(run: LabRun, frames: Iterable<number>): string[] {
  const names = hostsOf(run);
  const events = [...frames].flatMap((frame) => run.frames.story(frame));
  const key = ({ place }: TraceEvent, frame: number): string =>
    `${frame} ${hostOfPlace(place, names)}`;
  const bystanders = new Set<string>();
  for (const event of events)
    if (event.kind === "dropped" && event.reason === "other-host")
      bystanders.add(key(event, event.frame));
  const way: string[] = [];
  for (const event of events.sort((a, b) => a.index - b.index)) {
    const host = hostOfPlace(event.place, names);
    if (host === "" || !("header" in event) || bystanders.has(key(event, event.frame))) continue;
    if (way.at(-1) !== host) way.push(host);
  }
  return way;
}

/** What every frame came to that descends from `frame`, in order, but for what switches flooded in vain. */
export function dropsOf(run: LabRun, events: readonly TraceEvent[]): Drop[] {
  const names = hostsOf(run);
  return events.flatMap((event) => {
    if (event.kind !== "dropped" || event.reason === "other-host") return [];
    const { place, reason, frame, decider } = event;
    const host = hostOfPlace(place, names);
    return [{ host, place, reason, frame, because: decider?.describe() ?? "" }];
  });
}
