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
  private readonly reasons: (Decider | Change | null)[] = [];
  private headers: Int32Array;
  /** Header rows written so far; row n is at n modulo their number. */
  private headerCount = 0;
  private readonly rememberedId = new Int32Array(REMEMBERED);
  private readonly rememberedRow = new Int32Array(REMEMBERED);

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
    this.write(at, Kind.sent, device, frame.id, null, this.header(frame), 0, 0, 0);
  }

  received(at: Instant, device: PlaceId, frame: Frame): void {
    this.write(at, Kind.received, device, frame.id, null, this.header(frame), 0, 0, 0);
  }

  delivered(at: Instant, host: PlaceId, frame: Frame): void {
    this.write(at, Kind.delivered, host, frame.id, null, this.header(frame), 0, 0, 0);
  }

  dropped(
    at: Instant,
    place: PlaceId,
    frame: Frame,
    reason: DropReason,
    decider: Decider | null,
  ): void {
    const code = REASON_CODES.get(reason) as number;
    this.write(at, Kind.dropped, place, frame.id, decider, this.header(frame), code, 0, 0);
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
    const code = NOTE_CODES.get(kind) as number;
    this.write(at, code, host, frame === null ? 0 : frame.id, decider, a, b, c, d);
  }

  changed(at: Instant, host: PlaceId, origin: ChangeOrigin, patches: readonly ChangePatch[]): void {
    this.write(at, Kind.changed, host, 0, { origin, patches }, 0, 0, 0, 0);
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

  private write(
    at: number,
    code: number,
    place: PlaceId,
    frame: number,
    reason: Decider | Change | null,
    a: number,
    b: number,
    c: number,
    d: number,
  ): void {
    const row = this.recordedCount++ % this.capacity;
    if (row * ROW === this.rows.length) this.rows = this.grown(this.rows, this.capacity * ROW);
    const rows = this.rows;
    const start = row * ROW;
    rows[start] = at;
    rows[start + 1] = code;
    rows[start + 2] = place;
    rows[start + 3] = frame;
    rows[start + 4] = a;
    rows[start + 5] = b;
    rows[start + 6] = c;
    rows[start + 7] = d;
    this.reasons[row] = reason;
  }

  /** The number of a header row that holds the header of `frame` as it is now. */
  private header(frame: Frame): number {
    const place = frame.id & (REMEMBERED - 1);
    const known = this.rememberedRow[place] as number;
    // rows outlive the events that share them: an event makes two at most, and an old row is not shared any more
    if (
      this.rememberedId[place] === frame.id &&
      this.headerCount - known < this.capacity &&
      headerUnchanged(this.headers, this.headerAt(known), frame)
    )
      return known;
    const inner = frame.inner === null ? -1 : this.writeHeader(frame.inner, -1);
    const row = this.writeHeader(frame, inner);
    this.rememberedId[place] = frame.id;
    this.rememberedRow[place] = row;
    return row;
  }

  private writeHeader(frame: Frame, inner: number): number {
    const row = this.headerCount++;
    let at = this.headerAt(row);
    if (at === this.headers.length) {
      this.headers = this.grown(this.headers, this.headerRowsMax * HEADER_WORDS);
      at = row * HEADER_WORDS;
    }
    packHeader(this.headers, at, frame, inner);
    return row;
  }

  private get headerRowsMax(): number {
    return 3 * this.capacity + 1;
  }

  private headerAt(row: number): number {
    return (row % this.headerRowsMax) * HEADER_WORDS;
  }

  private readHeader(row: number): FrameHeader {
    const at = this.headerAt(row);
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
