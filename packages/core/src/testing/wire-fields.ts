/** What of a frame is on the wire, as a plain value to compare: without ids, arrival and what hosts note. */
import type { Frame } from "../packet/frame.ts";
import { SimEvent } from "../time/event.ts";

export interface WireFields {
  readonly [field: string]: unknown;
}

class BareEvent extends SimEvent {
  fire(): void {}
}

const ELSEWHERE: ReadonlySet<string> = new Set([
  ...Object.keys(new BareEvent()),
  "receiver",
  "id",
  "parentId",
  "origin",
  "shared",
  "packetType",
  "mark",
  "ipvsProperty",
  "route",
  "nextHop",
  "conntrack",
  "untracked",
  "inputInterface",
  "payload",
  "payloadOffset",
  "inner",
]);

export function wireFields(frame: Frame): WireFields {
  const fields = Object.entries(frame).filter(([name]) => !ELSEWHERE.has(name));
  const { payload, payloadOffset, payloadLength, inner } = frame;
  return {
    ...Object.fromEntries(fields),
    payload: Array.from(payload.subarray(payloadOffset, payloadOffset + payloadLength)),
    ipOptions: frame.ipOptions === null ? null : Array.from(frame.ipOptions),
    tcpOptions: frame.tcpOptions === null ? null : Array.from(frame.tcpOptions),
    inner: inner === null ? null : wireFields(inner),
  };
}
