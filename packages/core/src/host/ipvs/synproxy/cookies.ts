/**
 * Initial sequence numbers that hold what a SYN said, so that nobody must remember it (the fork's
 * `ip_vs_synproxy_cookie_*`, after Linux's syncookies.c): a hash of the flow, the client's own number and, in the upper octet,
 * the minute; in the other three octets a hash of flow and minute plus 24 bits of data. Bits 12 to 15 of the data are an
 * index into the table of segment sizes, 16 to 19 the window scale, 20 timestamps, 21 SACK.
 *
 * A cookie is good in its minute and in the three that follow. The hash is SipHash where the fork has SHA-1; a cookie is
 * refused if a bit is set that no data uses.
 */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { Rng } from "../../../rng/rng.ts";
import type { Instant } from "../../../time/instant.ts";
import { sipHash13 } from "../schedulers/sip-hash.ts";

/** What a SYN offered, as far as a cookie can tell. */
export interface CookieData {
  /** Octets; comes back as the largest of the table that is not larger. */
  readonly segmentSize: number;
  /** Shift count; 0 for none. */
  readonly windowScale: number;
  readonly timestamps: boolean;
  readonly sackPermitted: boolean;
}

export const SEGMENT_SIZES: readonly number[] = [
  64, 256, 512, 536, 1024, 1280, 1440, 1452, 1460, 4312,
];

const MINUTE_NS = 60e9;
const MINUTES_GOOD = 4;
const MINUTE_AT = 24;
const LOWER = 0xffffff;
const SIZE_AT = 12;
const SCALE_AT = 16;
const NIBBLE = 15;
const TIMESTAMPS = 1 << 20;
const SACK = 1 << 21;
const USED = (NIBBLE << SIZE_AT) | (NIBBLE << SCALE_AT) | TIMESTAMPS | SACK;

/** Index of the largest size that is not larger; the smallest for what is smaller still. */
function sizeIndex(size: number): number {
  let index = SEGMENT_SIZES.length - 1;
  while (index > 0 && (SEGMENT_SIZES[index] as number) > size) index--;
  return index;
}

const pack = (data: CookieData): number =>
  (sizeIndex(data.segmentSize) << SIZE_AT) |
  (data.windowScale << SCALE_AT) |
  (data.timestamps ? TIMESTAMPS : 0) |
  (data.sackPermitted ? SACK : 0);

function unpack(data: number): CookieData | null {
  if ((data & ~USED) !== 0) return null;
  const segmentSize = SEGMENT_SIZES[(data >>> SIZE_AT) & NIBBLE];
  if (segmentSize === undefined) return null;
  return {
    segmentSize,
    windowScale: (data >>> SCALE_AT) & NIBBLE,
    timestamps: (data & TIMESTAMPS) !== 0,
    sackPermitted: (data & SACK) !== 0,
  };
}

/** Who speaks with whom, from the client's side. */
export interface CookieFlow {
  readonly source: Ipv4Address;
  readonly sourcePort: number;
  readonly destination: Ipv4Address;
  readonly destinationPort: number;
}

export class SynCookies {
  private readonly rng: Rng;
  private flowKey = 0;
  private dataKey = 0;
  private keyed = false;

  constructor(rng: Rng) {
    this.rng = rng;
  }

  /** The initial sequence number for a client whose own is `sequence`. */
  make(flow: CookieFlow, sequence: number, data: CookieData, now: Instant): number {
    const minute = minuteOf(now);
    const lower = (this.hash(flow, minute, true) + pack(data)) & LOWER;
    return (this.hash(flow, 0, false) + sequence + (minute << MINUTE_AT) + lower) | 0;
  }

  /** What `cookie` says to a client whose initial sequence number is `sequence`; null when we never told it, or too long ago. */
  read(flow: CookieFlow, sequence: number, cookie: number, now: Instant): CookieData | null {
    const rest = (cookie - this.hash(flow, 0, false) - sequence) | 0;
    const minute = minuteOf(now);
    const age = (minute - (rest >>> MINUTE_AT)) & 0xff;
    if (age >= MINUTES_GOOD) return null;
    return unpack((rest - this.hash(flow, minute - age, true)) & LOWER);
  }

  private hash(flow: CookieFlow, minute: number, ofData: boolean): number {
    if (!this.keyed) this.drawKeys();
    const key = ofData ? this.dataKey : this.flowKey;
    let hash = sipHash13(flow.source, key);
    hash = sipHash13(hash ^ flow.destination, key);
    hash = sipHash13(hash ^ ((flow.sourcePort << 16) | flow.destinationPort), key);
    return sipHash13(hash ^ minute, key);
  }

  private drawKeys(): void {
    const keys = this.rng.stream("syn-cookies");
    this.flowKey = keys.below(2 ** 32) | 0;
    this.dataKey = keys.below(2 ** 32) | 0;
    this.keyed = true;
  }
}

const minuteOf = (now: Instant): number => Math.floor(now / MINUTE_NS);
