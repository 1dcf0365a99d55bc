/**
 * Holds invariants against a run while it goes on: a trace that tells each of them what happens. Tables are looked at
 * between two events, namely when the first thing that happens at an instant is that a frame arrives; a frame that arrives
 * where it was sent without delay comes second. Watching does not change the run.
 */
import type {
  ChangeOrigin,
  ChangePatch,
  Decider,
  DropReason,
  Frame,
  Instant,
  NoteKind,
  PlaceId,
  Simulation,
  Trace,
} from "@lvsim/core";
import type { Invariant, InvariantWatch, Violation } from "./invariant.ts";
import { Scene } from "./scene.ts";

/** Of one invariant so many violations are kept: what follows from the first ones is of no use. */
const KEPT_OF_EACH = 10;
/** A long run is looked at ever more seldom: after so many looks every second time that a frame comes first, and so on. */
const LOOKS_PLENTY = 256;
/** Large tables are looked at more seldom: they rest that often for each so many of their rows. */
const ROWS_FOR_A_REST = 8;

type Wanted<Name extends keyof InvariantWatch> = readonly (InvariantWatch &
  Required<Pick<InvariantWatch, Name>>)[];

export class Watch implements Trace {
  /** What did not hold, in the order in which it was noticed. */
  readonly violations: Violation[] = [];
  readonly scene = new Scene();
  /** Everything that was told. */
  eventCount = 0;
  private readonly kept = new Map<string, number>();
  private readonly watches: readonly InvariantWatch[];
  private readonly onSent: Wanted<"sent">;
  private readonly onReceived: Wanted<"received">;
  private readonly onDelivered: Wanted<"delivered">;
  private readonly onDropped: Wanted<"dropped">;
  private readonly onNote: Wanted<"note">;
  private readonly onChanged: Wanted<"changed">;
  private readonly onLook: Wanted<"look">;
  private lastAt = -1;
  private lookCount = 0;
  /** Instants at which a frame came first, since somebody looked. */
  private skipped = 0;
  /** How many of them are to pass. */
  private rest = 0;
  private isClosed = false;

  constructor(invariants: readonly Invariant[]) {
    this.watches = invariants.map((invariant) => this.begin(invariant));
    const wanting = <Name extends keyof InvariantWatch>(name: Name): Wanted<Name> =>
      this.watches.filter((watch) => watch[name] !== undefined) as unknown as Wanted<Name>;
    this.onSent = wanting("sent");
    this.onReceived = wanting("received");
    this.onDelivered = wanting("delivered");
    this.onDropped = wanting("dropped");
    this.onNote = wanting("note");
    this.onChanged = wanting("changed");
    this.onLook = wanting("look");
  }

  /** Says which network this is the trace of: to be called when it is built, before anything happens. */
  follow(simulation: Simulation): void {
    this.scene.follow(simulation);
  }

  /** Looks at all tables now; only between two events, as after `lab.until` or `lab.exec`. */
  look(): void {
    let rows = 0;
    for (const watch of this.onLook) rows += watch.look(this.scene.simulation.engine.now);
    this.lookCount++;
    this.rest = this.lookCount / LOOKS_PLENTY + rows / ROWS_FOR_A_REST;
    this.skipped = 0;
  }

  /**
   * The run has ended: looks once more, and asks what should have come to an end. Once. `isQuiet` says that nothing is under
   * way any more; unless said, that is when no timer is armed either, which in a network with a director is never.
   */
  close(isQuiet = this.scene.simulation.engine.quiescent): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.look();
    for (const watch of this.watches) watch.close?.(isQuiet);
  }

  place(name: string): PlaceId {
    return this.scene.idOf(name);
  }

  sent(at: Instant, device: PlaceId, frame: Frame): void {
    this.begins(at);
    const place = this.scene.place(device);
    for (const watch of this.onSent) watch.sent(at, place, frame);
  }

  received(at: Instant, device: PlaceId, frame: Frame): void {
    if (at > this.lastAt && this.isTimeToLook()) this.look();
    this.begins(at);
    const place = this.scene.place(device);
    for (const watch of this.onReceived) watch.received(at, place, frame);
  }

  delivered(at: Instant, host: PlaceId, frame: Frame): void {
    this.begins(at);
    const place = this.scene.place(host);
    for (const watch of this.onDelivered) watch.delivered(at, place, frame);
  }

  dropped(at: Instant, where: PlaceId, frame: Frame, reason: DropReason): void {
    this.begins(at);
    const place = this.scene.place(where);
    for (const watch of this.onDropped) watch.dropped(at, place, frame, reason);
  }

  note(
    kind: NoteKind,
    at: Instant,
    where: PlaceId,
    frame: Frame | null,
    decider: Decider | null,
    a = 0,
    b = 0,
    c = 0,
    d = 0,
  ): void {
    this.begins(at);
    const { host } = this.scene.place(where);
    if (host === null) return;
    const numbers = { a, b, c, d };
    for (const watch of this.onNote) watch.note(kind, at, host, frame, decider, numbers);
  }

  changed(
    at: Instant,
    where: PlaceId,
    origin: ChangeOrigin,
    _patches: readonly ChangePatch[],
  ): void {
    this.begins(at);
    // while a lab is built its settings may change, but no frame is under way
    if (!this.scene.isFollowing) return;
    this.scene.forgetDevices();
    const { host } = this.scene.place(where);
    if (host === null) return;
    for (const watch of this.onChanged) watch.changed(at, host, origin);
  }

  private begin(invariant: Invariant): InvariantWatch {
    return invariant.watch(this.scene, (where, what, frame = 0) => {
      const count = (this.kept.get(invariant.name) ?? 0) + 1;
      this.kept.set(invariant.name, count);
      if (count > KEPT_OF_EACH) return;
      const at = this.scene.simulation.engine.now;
      this.violations.push({ invariant: invariant.name, at, where, what, frame });
    });
  }

  private begins(at: Instant): void {
    this.eventCount++;
    this.lastAt = at;
  }

  private isTimeToLook(): boolean {
    return ++this.skipped > this.rest;
  }
}
