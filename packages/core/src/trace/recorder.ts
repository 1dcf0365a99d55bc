/**
 * Keeps the latest events of a run as rows of numbers, and puts them into words only when they are read. A row costs a few
 * stores; what decided is kept by reference beside it. Header rows are shared by the events between which
 * nobody changed the frame. Memory grows with the run up to the capacity; then the oldest events make room.
 */
import { assert } from "../base/assert.ts";
import { RECORDED_EVENTS_MAX } from "../base/limits.ts";
import type { Frame } from "../packet/frame.ts";
import type { Instant } from "../time/instant.ts";
import { DROP_REASONS, type DropReason } from "./drop-reason.ts";
import {
  type FrameHeader,
  HEADER_WORDS,
  headerUnchanged,
  innerRowOf,
  packHeader,
  unpackHeader,
} from "./frame-header.ts";
import { PlaceNames } from "./place-names.ts";
import {
  type ChangeOrigin,
  type ChangePatch,
  type Decider,
  NOTE_KINDS,
  type NoteKind,
  type PlaceId,
  type Trace,
} from "./trace.ts";
import { NOTE_FIELDS, type TraceEvent } from "./trace-event.ts";

interface Change {
  readonly origin: ChangeOrigin;
  readonly patches: readonly ChangePatch[];
}

/** Numbers of an event row: instant, kind, place, frame id, then a to d; a frame's event has its header in a, its reason in b. */
const ROW = 8;
const ROWS_AT_FIRST = 512;
/** Kinds below the notes, which follow in the order of `NOTE_KINDS`. */
const KINDS = ["sent", "received", "delivered", "dropped", "changed"] as const;
const Kind = { sent: 0, received: 1, delivered: 2, dropped: 3, changed: 4, firstNote: 5 } as const;

const NOTE_CODES: ReadonlyMap<NoteKind, number> = new Map(
  NOTE_KINDS.map((kind, i) => [kind, Kind.firstNote + i]),
);
const REASON_CODES: ReadonlyMap<DropReason, number> = new Map(
  DROP_REASONS.map((reason, i) => [reason, i]),
);
/** Frames whose latest header row is remembered; a power of two. */
const REMEMBERED = 1024;

export class Recorder implements Trace {
  /** Events told so far, lost ones included. */
  recordedCount = 0;
  private readonly capacity: number;
  private readonly places = new PlaceNames();
  private rows: Float64Array;
  /** Where in `rows` the next event goes. */
  private nextRow = 0;
  /** What decided, or what changed, event by event. */
  private readonly reasons: (Decider | Change | null)[] = [];
  private headers: Int32Array;
  /** Where in `headers` the next header goes. */
  private nextHeader = 0;
  /** Header rows written so far. */
  private headerCount = 0;
  // of some frames: id, place and number of the latest header row, and whether the frame is on a link since
  private readonly rememberedId = new Int32Array(REMEMBERED);
  private readonly rememberedAt = new Int32Array(REMEMBERED);
  private readonly rememberedRow = new Int32Array(REMEMBERED);
  private readonly isOnLink = new Uint8Array(REMEMBERED);

  /** Keeps the latest `capacity` events. */
  constructor(capacity: number = RECORDED_EVENTS_MAX) {
    assert(capacity > 0, "a recorder that records nothing");
    this.capacity = capacity;
    const rows = Math.min(capacity, ROWS_AT_FIRST);
    this.rows = new Float64Array(rows * ROW);
    this.headers = new Int32Array(rows * HEADER_WORDS);
  }

  /** Events that had to make room. */
  get lostCount(): number {
    return Math.max(0, this.recordedCount - this.capacity);
  }

  place(name: string): PlaceId {
    return this.places.id(name);
  }

  sent(at: Instant, device: PlaceId, frame: Frame): void {
    this.frameEvent(at, Kind.sent, device, frame);
    this.isOnLink[frame.id & (REMEMBERED - 1)] = 1;
  }

  received(at: Instant, device: PlaceId, frame: Frame): void {
    this.frameEvent(at, Kind.received, device, frame);
  }

  delivered(at: Instant, host: PlaceId, frame: Frame): void {
    this.frameEvent(at, Kind.delivered, host, frame);
  }

  dropped(
    at: Instant,
    place: PlaceId,
    frame: Frame,
    reason: DropReason,
    decider: Decider | null,
  ): void {
    const row = this.frameEvent(at, Kind.dropped, place, frame);
    this.rows[row + 5] = REASON_CODES.get(reason) as number;
    this.reasons[row / ROW] = decider;
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
    const row = this.begin(at, NOTE_CODES.get(kind) as number, host, frame === null ? 0 : frame.id);
    const rows = this.rows;
    rows[row + 4] = a;
    rows[row + 5] = b;
    rows[row + 6] = c;
    rows[row + 7] = d;
    this.reasons[row / ROW] = decider;
  }

  changed(at: Instant, host: PlaceId, origin: ChangeOrigin, patches: readonly ChangePatch[]): void {
    const row = this.begin(at, Kind.changed, host, 0);
    this.reasons[row / ROW] = { origin, patches };
  }

  /** The event of that number; from `lostCount` to `recordedCount` − 1. */
  event(index: number): TraceEvent {
    assert(index >= this.lostCount && index < this.recordedCount, `no event ${index}`);
    const row = index % this.capacity;
    const number = (column: number): number => this.rows[row * ROW + column] as number;
    const code = number(1);
    const base = { index, at: number(0) as Instant, place: this.places.name(number(2)) };
    const reason = this.reasons[row] ?? null;
    if (code === Kind.changed) return { kind: "changed", ...base, ...(reason as Change) };
    const frame = number(3);
    const decider = reason as Decider | null;
    if (code >= Kind.firstNote) {
      const kind = NOTE_KINDS[code - Kind.firstNote] as NoteKind;
      const numbers = NOTE_FIELDS[kind].map((field, i) => [field, number(4 + i)]);
      const named = Object.fromEntries(numbers) as Record<string, number>;
      return { kind, ...base, frame, decider, ...named } as TraceEvent;
    }
    const header = this.readHeader(number(4));
    if (code !== Kind.dropped)
      return { kind: KINDS[code] as "sent" | "received" | "delivered", ...base, frame, header };
    const dropReason = DROP_REASONS[number(5)] as DropReason;
    return { kind: "dropped", ...base, frame, header, reason: dropReason, decider };
  }

  /** All events that are kept, oldest first. */
  *events(): IterableIterator<TraceEvent> {
    for (let index = this.lostCount; index < this.recordedCount; index++) yield this.event(index);
  }

  /** Begins the row of an event and returns its place. */
  private begin(at: number, code: number, place: PlaceId, frame: number): number {
    if (this.nextRow === this.rows.length) {
      if (this.nextRow === this.capacity * ROW) this.nextRow = 0;
      else this.rows = this.grown(this.rows, this.capacity * ROW);
    }
    const rows = this.rows;
    const row = this.nextRow;
    this.nextRow = row + ROW;
    this.recordedCount++;
    rows[row] = at;
    rows[row + 1] = code;
    rows[row + 2] = place;
    rows[row + 3] = frame;
    return row;
  }

  private frameEvent(at: number, code: number, place: PlaceId, frame: Frame): number {
    const row = this.begin(at, code, place, frame.id);
    this.rows[row + 4] = this.header(frame, code === Kind.received);
    this.reasons[row / ROW] = null;
    return row;
  }

  /** The place of a header row that holds the header of `frame` as it is now, perhaps as it comes from a link. */
  private header(frame: Frame, arrives: boolean): number {
    const slot = frame.id & (REMEMBERED - 1);
    // rows outlive the events that share them: an event makes two at most, and an old row is not shared any more
    if (
      this.rememberedId[slot] === frame.id &&
      this.headerCount - (this.rememberedRow[slot] as number) < this.capacity
    ) {
      const known = this.rememberedAt[slot] as number;
      const wasOnLink = this.isOnLink[slot] === 1;
      this.isOnLink[slot] = 0;
      // a link changes nothing; between two devices of one host anything may change
      if ((arrives && wasOnLink) || headerUnchanged(this.headers, known, frame)) return known;
    }
    const inner = frame.inner === null ? -1 : this.writeHeader(frame.inner, -1);
    const at = this.writeHeader(frame, inner);
    this.rememberedId[slot] = frame.id;
    this.rememberedAt[slot] = at;
    this.rememberedRow[slot] = this.headerCount;
    this.isOnLink[slot] = 0;
    return at;
  }

  private writeHeader(frame: Frame, inner: number): number {
    const most = (3 * this.capacity + 2) * HEADER_WORDS;
    if (this.nextHeader === this.headers.length) {
      if (this.nextHeader === most) this.nextHeader = 0;
      else this.headers = this.grown(this.headers, most);
    }
    const at = this.nextHeader;
    this.nextHeader = at + HEADER_WORDS;
    this.headerCount++;
    packHeader(this.headers, at, frame, inner);
    return at;
  }

  private readHeader(at: number): FrameHeader {
    const inner = innerRowOf(this.headers, at);
    return unpackHeader(this.headers, at, inner < 0 ? null : this.readHeader(inner));
  }

  /** A copy of `array` with twice the room, `most` numbers at most. */
  private grown<Numbers extends Float64Array | Int32Array>(array: Numbers, most: number): Numbers {
    const size = Math.min(2 * array.length, most);
    const copy = (
      array instanceof Float64Array ? new Float64Array(size) : new Int32Array(size)
    ) as Numbers;
    copy.set(array);
    return copy;
  }
}
