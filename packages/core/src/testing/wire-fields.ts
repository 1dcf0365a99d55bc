/** What of a frame is on the wire, as a plain value to compare: without ids, arrival and what hosts note. */
import type { Frame } from "../packet/frame.ts";
import { FrameExtras } from "../packet/frame-extras.ts";

export interface WireFields {
  readonly [field: string]: unknown;
}

const ELSEWHERE: ReadonlySet<string> = new Set([
  "extras",
  "id",
  "parentId",
  "origin",
  "shared",
  "notes",
  "mark",
  "route",
  "nextHop",
  "conntrack",
  "inputInterface",
  "payload",
  "payloadOffset",
  "inner",
]);

export function wireFields(frame: Frame): WireFields {
  const names = [...Object.keys(frame), ...Object.keys(new FrameExtras())];
  const fields = names
    .filter((name) => !ELSEWHERE.has(name))
    .map((name) => [name, frame[name as keyof Frame]]);
  const { payload, payloadOffset, payloadLength, inner } = frame;
  return {
    ...Object.fromEntries(fields),
    payload: Array.from(payload.subarray(payloadOffset, payloadOffset + payloadLength)),
    ipOptions: frame.ipOptions === null ? null : Array.from(frame.ipOptions),
    tcpOptions: frame.tcpOptions === null ? null : Array.from(frame.tcpOptions),
    inner: inner === null ? null : wireFields(inner),
  };
}
