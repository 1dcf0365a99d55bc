/**
 * The digest of a run: two runs with one seed have the same, on every machine. It takes in every number of every event
 * (headers of frames with all that they carry, payload lengths, instants, places, notes) and each change of configuration
 * as canonical text. It leaves out payload octets and the words of deciders, which would cost more than the run.
 */
import type { Frame } from "../packet/frame.ts";
import type { Instant } from "../time/instant.ts";
import { canonicalText } from "./canonical-text.ts";
import { DROP_REASONS, type DropReason } from "./drop-reason.ts";
import { PlaceNames } from "./place-names.ts";
import { RollingHash } from "./rolling-hash.ts";
import {
  type ChangeOrigin,
  type ChangePatch,
  type Decider,
  NOTE_KINDS,
  type NoteKind,
  type PlaceId,
  type Trace,
} from "./trace.ts";

const Kind = { place: 1, sent: 2, received: 3, delivered: 4, dropped: 5, changed: 6, note: 16 };
const NOTE_CODES: ReadonlyMap<NoteKind, number> = new Map(
  NOTE_KINDS.map((kind, i) => [kind, Kind.note + i]),
);
const REASON_CODES: ReadonlyMap<DropReason, number> = new Map(
  DROP_REASONS.map((reason, i) => [reason, i]),
);

export class Fingerprint implements Trace {
  private readonly hash = new RollingHash();
  private readonly places = new PlaceNames();

  /** 16 hexadecimal digits over all events so far. */
  digest(): string {
    return this.hash.digest();
  }

  place(name: string): PlaceId {
    const id = this.places.id(name);
    this.hash.word(Kind.place);
    this.hash.text(name);
    return id;
  }

  sent(at: Instant, device: PlaceId, frame: Frame): void {
    this.begin(Kind.sent, at, device);
    this.frame(frame);
  }

  received(at: Instant, device: PlaceId, frame: Frame): void {
    this.begin(Kind.received, at, device);
    this.frame(frame);
  }

  delivered(at: Instant, host: PlaceId, frame: Frame): void {
    this.begin(Kind.delivered, at, host);
    this.frame(frame);
  }

  dropped(
    at: Instant,
    place: PlaceId,
    frame: Frame,
    reason: DropReason,
    decider: Decider | null,
  ): void {
    this.begin(Kind.dropped, at, place);
    this.hash.word(REASON_CODES.get(reason) as number);
    this.hash.word(decider === null ? 0 : 1);
    this.frame(frame);
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
    const hash = this.hash;
    this.begin(NOTE_CODES.get(kind) as number, at, host);
    hash.word(frame === null ? 0 : frame.id);
    hash.word(decider === null ? 0 : 1);
    hash.whole(a);
    hash.whole(b);
    hash.whole(c);
    hash.whole(d);
  }

  changed(at: Instant, host: PlaceId, origin: ChangeOrigin, patches: readonly ChangePatch[]): void {
    this.begin(Kind.changed, at, host);
    this.hash.text(canonicalText([origin, patches]));
  }

  private begin(code: number, at: Instant, place: PlaceId): void {
    this.hash.word(code);
    this.hash.whole(at);
    this.hash.word(place);
  }

  private frame(frame: Frame): void {
    const hash = this.hash;
    hash.word(frame.id);
    hash.word(frame.parentId);
    hash.word(frame.origin);
    hash.whole(frame.destinationMac);
    hash.whole(frame.sourceMac);
    hash.word(frame.etherType);
    hash.word(frame.vlanTag);
    if (frame.arpOperation !== 0) this.arp(frame);
    hash.word(frame.source);
    hash.word(frame.destination);
    hash.word(frame.protocol | (frame.ttl << 8) | (frame.tos << 16));
    hash.word(frame.identification | (frame.fragment << 16));
    hash.word(frame.length);
    hash.word(frame.sourcePort | (frame.destinationPort << 16));
    hash.word(frame.payloadLength);
    hash.word(frame.checksumFaults | (frame.udpChecksumAbsent ? 0x100 : 0));
    if (frame.tcpFlags !== 0) this.tcp(frame);
    hash.word(frame.icmpType | (frame.icmpCode << 8));
    hash.word(frame.icmpRest);
    if (frame.inner !== null) this.frame(frame.inner);
  }

  private arp(frame: Frame): void {
    this.hash.word(frame.arpOperation);
    this.hash.whole(frame.arpSenderMac);
    this.hash.whole(frame.arpTargetMac);
  }

  private tcp(frame: Frame): void {
    const hash = this.hash;
    hash.word(frame.tcpFlags);
    hash.word(frame.sequenceNumber);
    hash.word(frame.acknowledgementNumber);
    hash.word(frame.window);
    if (frame.hasTimestamps) {
      hash.word(frame.timestampValue);
      hash.word(frame.timestampEcho);
    }
    const syn = frame.synOptions;
    if (syn !== null) {
      hash.word(syn.maximumSegmentSize | (syn.sackPermitted ? 0x10000 : 0));
      hash.word(syn.windowScale);
    }
    const sack = frame.sackBlocks;
    if (sack !== null) for (let i = 0; i < sack.length; i++) hash.word(sack[i] as number);
  }
}
