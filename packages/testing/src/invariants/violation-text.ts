/** What a person needs who is told that an invariant does not hold: which, when, where, what, and the story of the frame. */
import {
  EtherType,
  type FrameHeader,
  formatIpv4Address,
  type Instant,
  type Recorder,
  type TraceEvent,
} from "@lvsim/core";
import { wholePacketText } from "@lvsim/scenarios";
import type { Violation } from "./invariant.ts";

/** Violations that are told in full. */
const TOLD = 5;
/** Events of a frame's story that are told, the last ones. */
const STORY = 12;

/** As `12.000345 s`. */
export const instantText = (at: Instant): string => `${(at / 1e9).toFixed(6)} s`;

/** All of them as text; `recorder` has the events of the run. */
export function violationsText(
  violations: readonly Violation[],
  seed: string,
  recorder: Recorder | null,
): string {
  const count = violations.length === 1 ? "1 violation" : `${violations.length} violations`;
  const lines = [`${count} of what always holds, seed ${JSON.stringify(seed)}`];
  for (const violation of violations.slice(0, TOLD)) {
    const { at, where, what, frame, invariant } = violation;
    lines.push(`${instantText(at)} ${where === "" ? "the network" : where} ${what}`);
    lines.push(`    invariant: ${invariant}`);
    if (frame !== 0 && recorder !== null) lines.push(...storyOf(frame, recorder));
  }
  if (violations.length > TOLD) lines.push(`and ${violations.length - TOLD} more`);
  return lines.join("\n");
}

/** What happened to the frame, and to what it carries or was made of. */
function storyOf(frame: number, recorder: Recorder): string[] {
  const kin = new Set([frame]);
  const story: string[] = [];
  for (const event of recorder.events()) {
    if (event.kind === "changed" || event.frame === 0) continue;
    if ("header" in event && event.header.parentId !== 0 && event.frame === frame)
      kin.add(event.header.parentId);
    if (kin.has(event.frame) && !isPassing(event)) story.push(`    ${lineOf(event)}`);
  }
  return story.slice(-STORY);
}

/** Hooks that let a packet pass say nothing. */
const isPassing = (event: TraceEvent): boolean =>
  event.kind === "verdict" || event.kind === "route";

function lineOf(event: Exclude<TraceEvent, { readonly kind: "changed" }>): string {
  const head = `${instantText(event.at)} ${event.place} ${event.kind} #${event.frame}`;
  if ("header" in event) {
    const reason = event.kind === "dropped" ? ` (${event.reason})` : "";
    return `${head}${reason} ${headerText(event.header)}`;
  }
  return event.decider === null ? head : `${head} by ${event.decider.describe()}`;
}

function headerText(header: FrameHeader): string {
  if (header.etherType !== EtherType.arp) return `${wholePacketText(header)} ttl ${header.ttl}`;
  const [sender, target] = [header.source, header.destination].map(formatIpv4Address);
  return header.arpOperation === 1
    ? `ARP who has ${target}? tell ${sender}`
    : `ARP ${sender} is here`;
}
