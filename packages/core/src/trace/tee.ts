/** Several observers of one run, as a recorder beside a fingerprint: the simulation itself knows one trace. */
import { assert } from "../base/assert.ts";
import type { Frame } from "../packet/frame.ts";
import type { Instant } from "../time/instant.ts";
import type { DropReason } from "./drop-reason.ts";
import type { ChangeOrigin, ChangePatch, Decider, NoteKind, PlaceId, Trace } from "./trace.ts";

/** One trace that tells several, in their order; null for none. All must be fresh, so that they number places alike. */
export function tee(traces: readonly Trace[]): Trace | null {
  return traces.length < 2 ? (traces[0] ?? null) : new Tee(traces);
}

class Tee implements Trace {
  private readonly traces: readonly Trace[];

  constructor(traces: readonly Trace[]) {
    this.traces = traces;
  }

  place(name: string): PlaceId {
    const ids = this.traces.map((trace) => trace.place(name));
    assert(new Set(ids).size === 1, `traces number the place ${name} differently`);
    return ids[0] as PlaceId;
  }

  sent(at: Instant, device: PlaceId, frame: Frame): void {
    for (let i = 0; i < this.traces.length; i++) this.traces[i]?.sent(at, device, frame);
  }

  received(at: Instant, device: PlaceId, frame: Frame): void {
    for (let i = 0; i < this.traces.length; i++) this.traces[i]?.received(at, device, frame);
  }

  delivered(at: Instant, host: PlaceId, frame: Frame): void {
    for (let i = 0; i < this.traces.length; i++) this.traces[i]?.delivered(at, host, frame);
  }

  dropped(
    at: Instant,
    place: PlaceId,
    frame: Frame,
    reason: DropReason,
    decider: Decider | null,
  ): void {
    for (let i = 0; i < this.traces.length; i++)
      this.traces[i]?.dropped(at, place, frame, reason, decider);
  }

  note(
    kind: NoteKind,
    at: Instant,
    host: PlaceId,
    frame: Frame | null,
    decider: Decider | null,
    a = 0,
    b = 0,
    c = 0,
    d = 0,
  ): void {
    for (let i = 0; i < this.traces.length; i++)
      this.traces[i]?.note(kind, at, host, frame, decider, a, b, c, d);
  }

  changed(at: Instant, host: PlaceId, origin: ChangeOrigin, patches: readonly ChangePatch[]): void {
    for (let i = 0; i < this.traces.length; i++) this.traces[i]?.changed(at, host, origin, patches);
  }
}
