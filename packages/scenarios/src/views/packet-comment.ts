/** What a capture file says of a packet: its number in the trace, and what a host decided about it. */
import { type FrameIndex, type NoteEvent, Verdict } from "@lvsim/core";
import { hookName, methodName } from "./packet-text.ts";
import { isUndecided } from "./passage.ts";

/** As `#3 PREROUTING, INPUT; scheduled by TCP 192.168.31.200:80 (Route)`. */
export function packetComment(frames: FrameIndex, frame: number, host: string): string {
  const points: string[] = [];
  const words: string[] = [];
  for (const event of frames.story(frame)) {
    if (event.place !== host) continue;
    if (event.kind === "dropped") words.push(`dropped: ${event.reason}`);
    else if (event.kind === "verdict" && event.decider === null) points.push(hookName(event.hook));
    else if ("decider" in event) words.push(...noteWords(event as NoteEvent));
  }
  const came = points.length === 0 ? "" : ` ${points.join(", ")}`;
  return [`#${frame}${came}`, ...words].join("; ");
}

function noteWords(event: NoteEvent): string[] {
  const by = event.decider?.describe() ?? "";
  switch (event.kind) {
    case "verdict": {
      const verdict = event.verdict === Verdict.accept ? "ACCEPT" : "DROP";
      return isUndecided(event) ? [] : [`${hookName(event.hook)} ${verdict} by ${by}`];
    }
    case "scheduled":
      return [`scheduled by ${by} (${methodName(event.forwardingMethod)})`];
    case "forwarded":
      return [`connection ${by}`];
    case "arp-suppressed":
      return [`not answered: ${by}`];
    default:
      return [];
  }
}
