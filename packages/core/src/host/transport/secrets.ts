/**
 * The keyed hash behind initial sequence numbers, timestamp offsets, ports and SYN cookies. Linux uses SipHash with
 * random keys (`secure_tcp_seq`); here an integer mix with keys from the namespace's seeded stream does: the numbers look
 * as random and are the same in every run.
 */
import type { Rng } from "../../rng/rng.ts";
import type { Instant } from "../../time/instant.ts";

const WORD = 2 ** 32;

/** Mixes three words and a key into one signed 32-bit word. */
export function mix(a: number, b: number, c: number, key: number): number {
  let h = key;
  h = Math.imul(h ^ a, 0x85ebca6b);
  h = Math.imul((h ^ (h >>> 13) ^ b) | 0, 0xc2b2ae35);
  h = Math.imul((h ^ (h >>> 16) ^ c) | 0, 0x27d4eb2f);
  h = Math.imul((h ^ (h >>> 15)) | 0, 0x85ebca6b);
  return h ^ (h >>> 13);
}

export const portPair = (local: number, remote: number): number => (local << 16) | remote;

export class TransportSecrets {
  private readonly rng: Rng;
  private readonly sequenceKey: number;
  private readonly timestampKey: number;
  readonly portKey: number;
  readonly cookieKey: number;

  constructor(rng: Rng) {
    this.rng = rng;
    this.sequenceKey = rng.below(WORD) | 0;
    this.timestampKey = rng.below(WORD) | 0;
    this.portKey = rng.below(WORD) | 0;
    this.cookieKey = rng.below(WORD) | 0;
  }

  /** The initial sequence number for a flow: its hash plus a clock of one step every 64 ns. */
  initialSequence(local: number, remote: number, ports: number, now: Instant): number {
    return (mix(local, remote, ports, this.sequenceKey) + Math.floor(now / 64)) | 0;
  }

  /** What is added to the millisecond clock in timestamps between these two addresses. */
  timestampOffset(local: number, remote: number): number {
    return mix(local, remote, 0, this.timestampKey);
  }

  /** A first IP identification. */
  identification(): number {
    return this.rng.below(0x10000);
  }

  /** A uniform integer in [0, bound). */
  below(bound: number): number {
    return this.rng.below(bound);
  }
}
