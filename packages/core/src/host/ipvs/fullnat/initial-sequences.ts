/**
 * Initial sequence numbers for what local addresses say to servers (`secure_tcp_sequence_number`): a keyed hash of the
 * flow plus a clock of one step every 64 ns. So a port that is used again begins beyond where it ended, and a server that
 * still has the old connection in TIME_WAIT takes the new one. The hash is an integer mix where Linux has another.
 */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { Rng } from "../../../rng/rng.ts";
import type { Instant } from "../../../time/instant.ts";

const STEP_NS = 64;

export class InitialSequences {
  private readonly rng: Rng;
  /** Drawn at the first use. */
  private key: number | null = null;

  constructor(rng: Rng) {
    this.rng = rng;
  }

  /** 32 bits, signed; never 0. */
  of(
    local: Ipv4Address,
    localPort: number,
    server: Ipv4Address,
    serverPort: number,
    now: Instant,
  ): number {
    this.key ??= this.rng.stream("full-nat").below(2 ** 32) | 0;
    let hash = Math.imul(this.key ^ local, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13) ^ server, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 16) ^ ((localPort << 16) | serverPort), 0x27d4eb2f);
    const sequence = ((hash ^ (hash >>> 15)) + Math.floor(now / STEP_NS)) | 0;
    return sequence === 0 ? 1 : sequence;
  }
}
