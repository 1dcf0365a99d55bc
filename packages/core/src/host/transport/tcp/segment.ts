/**
 * Pieces of the two octet streams of a connection. They refer to octets that nobody changes; nothing is copied. Their
 * constructors store the octets first and numbers as `| 0`: V8 has nothing to ask then while it makes one, and need not
 * fill it with `undefined` before.
 */

/** Octets that wait to be sent or to be read. */
export class Chunk {
  octets: Uint8Array;
  offset: number;
  length: number;
  /** What it costs the receive buffer; 0 in a write queue. */
  readonly cost: number;
  next: Chunk | null;

  constructor(octets: Uint8Array, offset: number, length: number, cost: number) {
    this.octets = octets;
    this.offset = offset | 0;
    this.length = length | 0;
    this.cost = cost | 0;
    this.next = null;
  }
}

/** What is known of a sent segment (TCPCB_*): bits of `SentSegment.marks`. */
export const SegmentMark = {
  /** The peer reported it, by a SACK block. */
  sacked: 1,
  /** A retransmission is on its way, as far as we know. */
  resent: 2,
  lost: 4,
} as const;

/** One segment that was sent and is not yet acknowledged, with its entry of the scoreboard (RFC 6675 §2). */
export class SentSegment {
  sequence: number;
  /** One past its last sequence number; SYN and FIN count. */
  end: number;
  /** Those of the frame: `TcpFlag`s. */
  flags: number;
  readonly octets: Uint8Array;
  offset: number;
  length: number;
  /** When it was sent last, in microseconds (clock.ts). */
  sentAt: number;
  /** The frame that carried it first. */
  frameId: number;
  /** How often it was sent again. */
  retransmissions: number;
  /** `SegmentMark`s. */
  marks: number;
  next: SentSegment | null;

  constructor(
    sequence: number,
    flags: number,
    octets: Uint8Array,
    offset: number,
    length: number,
    sentAt: number,
  ) {
    this.octets = octets;
    this.sequence = sequence | 0;
    this.flags = flags | 0;
    this.offset = offset | 0;
    this.length = length | 0;
    this.end = (((sequence + length) | 0) + ((flags & 1) | ((flags >> 1) & 1))) | 0;
    this.sentAt = sentAt;
    this.frameId = 0;
    this.retransmissions = 0;
    this.marks = 0;
    this.next = null;
  }
}

/** A segment that came before its turn. */
export class EarlySegment {
  sequence: number;
  /** One past its last octet; a FIN is not counted. */
  end: number;
  readonly octets: Uint8Array;
  offset: number;
  readonly fin: boolean;
  readonly truesize: number;
  next: EarlySegment | null = null;

  constructor(
    sequence: number,
    end: number,
    octets: Uint8Array,
    offset: number,
    fin: boolean,
    truesize: number,
  ) {
    this.sequence = sequence;
    this.end = end;
    this.octets = octets;
    this.offset = offset;
    this.fin = fin;
    this.truesize = truesize;
  }
}
