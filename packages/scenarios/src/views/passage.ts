/** What happened to one frame on one host, from the device that took it in to the one that sent it out. */
import {
  type DroppedEvent,
  type FrameHeader,
  type FrameIndex,
  type HookPoint,
  type NoteEvent,
  type ReceivedEvent,
  type SentEvent,
  type TraceEvent,
  Verdict,
} from "@lvsim/core";
import type { Names } from "./names.ts";

export type VerdictNote = NoteEvent & { readonly kind: "verdict" };
export type SuppressedNote = NoteEvent & { readonly kind: "arp-suppressed" };
export type NeighbourNote = NoteEvent & { readonly kind: "neighbour" };

export interface Passage {
  readonly host: string;
  readonly frame: number;
  /** In order; never empty. */
  readonly events: readonly TraceEvent[];
}

/** The passages of a frame through hosts, in order. What several hosts do with a flooded frame is several passages. */
export function passagesOf(frames: FrameIndex, frame: number, names: Names): Passage[] {
  const passages: { host: string; frame: number; events: TraceEvent[] }[] = [];
  const open = new Map<string, TraceEvent[]>();
  for (const event of frames.story(frame)) {
    const host = names.hostOf(event.place);
    if (host === "") continue;
    let events = open.get(host);
    if (events === undefined || event.kind === "received") {
      events = [];
      open.set(host, events);
      passages.push({ host, frame, events });
    }
    events.push(event);
    // what follows a departure is another visit
    if (event.kind === "sent") open.delete(host);
  }
  return passages;
}

/** The header as it was when the frame came in; null for a packet of the host's own. */
export const headerIn = ({ events }: Passage): FrameHeader | null =>
  (events.find((event): event is ReceivedEvent => event.kind === "received") ?? null)?.header ??
  null;

export const departure = ({ events }: Passage): SentEvent | undefined =>
  events.find((event): event is SentEvent => event.kind === "sent");

export const drops = ({ events }: Passage): DroppedEvent[] =>
  events.filter((event): event is DroppedEvent => event.kind === "dropped");

const ACCEPTING_POLICY = /^\w+ \w+ policy ACCEPT$/;

/** Whether a chain came to its end without a decision: its policy accepts, as the point's own note says. */
export const isUndecided = ({ verdict, decider }: VerdictNote): boolean =>
  verdict === Verdict.accept && ACCEPTING_POLICY.test(decider?.describe() ?? "");

/** Notes of netfilter's points: one for each that the packet came by, and one for each rule that decided. */
export const verdicts = ({ events }: Passage): VerdictNote[] =>
  events.filter(
    (event): event is VerdictNote => event.kind === "verdict" && !isUndecided(event as VerdictNote),
  );

export const passes = (passage: Passage, point: HookPoint): boolean =>
  verdicts(passage).some(({ hook }) => hook === point);

export const isDelivered = ({ events }: Passage): boolean =>
  events.some(({ kind }) => kind === "delivered");

/** The first note of that kind. */
export const noteOf = <Kind extends NoteEvent["kind"]>(
  { events }: Passage,
  kind: Kind,
): (NoteEvent & { readonly kind: Kind }) | undefined =>
  events.find((event): event is NoteEvent & { readonly kind: Kind } => event.kind === kind);

/** Whether IPVS had a hand in it. */
export const meetsIpvs = (passage: Passage): boolean =>
  passage.events.some(
    ({ kind }) => kind === "scheduled" || kind === "forwarded" || kind === "connection",
  );
