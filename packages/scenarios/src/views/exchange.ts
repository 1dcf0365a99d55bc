/** The frames of one request: those that carry it, those that carry its first answer, the ARP that they needed, the rest. */
import { EtherType, type FrameHeader, type FrameIndex, FrameOrigin } from "@lvsim/core";
import type { LabRun, RequestRun } from "../run/lab-run.ts";

export interface Exchange {
  readonly request: ReadonlySet<number>;
  readonly reply: ReadonlySet<number>;
  /** ARP that request and reply caused. */
  readonly arp: ReadonlySet<number>;
  /** Further IPv4 frames until the request was over, in order of appearance. */
  readonly rest: readonly number[];
}

/** The first header of a frame that the trace holds. */
export function firstHeader(frames: FrameIndex, frame: number): FrameHeader | undefined {
  for (const event of frames.story(frame)) if ("header" in event) return event.header;
  return undefined;
}

const isArp = (frames: FrameIndex, frame: number): boolean =>
  firstHeader(frames, frame)?.etherType === EtherType.arp;

export function exchangeOf(run: LabRun, request: RequestRun): Exchange {
  const { frames } = run;
  const carriers = frames.sameContent(request.frame);
  const reply = new Set<number>();
  for (const frame of carriers) {
    const answer = frames.childrenOf(frame).find((child) => isAnswer(frames, child));
    if (answer === undefined || reply.size > 0) continue;
    for (const one of frames.sameContent(answer)) reply.add(one);
  }
  const arp = new Set<number>();
  for (const frame of [...carriers, ...reply])
    for (const child of frames.childrenOf(frame)) addArp(frames, child, arp);
  const rest = restOf(run, request, [carriers, reply, arp]);
  return { request: carriers, reply, arp, rest };
}

function isAnswer(frames: FrameIndex, frame: number): boolean {
  const origin = frames.parentOf(frame)?.origin;
  if (origin !== FrameOrigin.answer && origin !== FrameOrigin.quoted) return false;
  return firstHeader(frames, frame)?.etherType === EtherType.ipv4;
}

function addArp(frames: FrameIndex, frame: number, to: Set<number>): void {
  if (!isArp(frames, frame) || to.has(frame)) return;
  to.add(frame);
  for (const child of frames.childrenOf(frame)) addArp(frames, child, to);
}

/** IPv4 frames until the next request begins. */
function restOf(run: LabRun, request: RequestRun, known: readonly ReadonlySet<number>[]): number[] {
  const next = run.requests[run.requests.indexOf(request) + 1];
  const end = next?.beganAt ?? Number.POSITIVE_INFINITY;
  const found = new Set<number>();
  for (const event of run.events) {
    if (event.at < request.beganAt || event.at >= end || event.kind !== "sent") continue;
    if (known.some((set) => set.has(event.frame))) continue;
    if (event.header.etherType === EtherType.ipv4) found.add(event.frame);
  }
  return [...found];
}
