/**
 * A recorded trace read by frame: requests, their copies, the errors and answers that they caused. For views; a running
 * simulation never asks it.
 */
import { FrameOrigin } from "../packet/frame.ts";
import type { TraceEvent } from "./trace-event.ts";

/** How one frame came from another. */
export interface Kinship {
  readonly parent: number;
  readonly origin: FrameOrigin;
}

/** How a frame comes from another one whose content it has. */
const CARRIES: ReadonlySet<FrameOrigin | undefined> = new Set([
  FrameOrigin.encapsulated,
  FrameOrigin.decapsulated,
  FrameOrigin.fragmented,
]);

/** The events of a trace by frame, and who came from whom. Made once, for reading. */
export class FrameIndex {
  private readonly stories = new Map<number, TraceEvent[]>();
  private readonly kin = new Map<number, Kinship>();
  private readonly children = new Map<number, number[]>();

  constructor(events: Iterable<TraceEvent>) {
    for (const event of events) {
      if (event.kind === "changed" || event.frame === 0) continue;
      const story = this.stories.get(event.frame);
      if (story === undefined) this.stories.set(event.frame, [event]);
      else story.push(event);
      if ("header" in event) this.relate(event.frame, event.header);
    }
  }

  /** Everything that happened to a frame, in order; empty when the trace knows nothing of it. */
  story(frame: number): readonly TraceEvent[] {
    return this.stories.get(frame) ?? [];
  }

  /** The frame that caused it, and how; undefined for none. */
  parentOf(frame: number): Kinship | undefined {
    return this.kin.get(frame);
  }

  /** The frames that it caused, in the order in which they were seen first. */
  childrenOf(frame: number): readonly number[] {
    return this.children.get(frame) ?? [];
  }

  /** The frame without a parent from which it descends; itself when it has none. */
  rootOf(frame: number): number {
    let at = frame;
    for (let kin = this.kin.get(at); kin !== undefined; kin = this.kin.get(at)) at = kin.parent;
    return at;
  }

  /** `frame` and what carries it further: tunnel packets, what is taken out of them, fragments. */
  sameContent(frame: number): Set<number> {
    const found = new Set<number>();
    const open = [frame];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === 0 || found.has(next)) continue;
      found.add(next);
      for (const child of this.childrenOf(next))
        if (CARRIES.has(this.parentOf(child)?.origin)) open.push(child);
    }
    return found;
  }

  /** The events of a frame and of all that descend from it, in order. */
  family(frame: number): TraceEvent[] {
    const events: TraceEvent[] = [];
    const frames = [frame];
    for (let next = frames.pop(); next !== undefined; next = frames.pop()) {
      events.push(...this.story(next));
      frames.push(...this.childrenOf(next));
    }
    return events.sort((a, b) => a.index - b.index);
  }

  private relate(frame: number, { parentId, origin }: { parentId: number; origin: FrameOrigin }) {
    // a parent is always older, so a chain of parents ends
    if (parentId === 0 || parentId >= frame || this.kin.has(frame)) return;
    this.kin.set(frame, { parent: parentId, origin });
    const siblings = this.children.get(parentId);
    if (siblings === undefined) this.children.set(parentId, [frame]);
    else siblings.push(frame);
  }
}
