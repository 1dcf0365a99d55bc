/**
 * What a bad cable does to frames, as netem does: loss, duplication, corruption, reordering (some frames take
 * longer) and jitter. Each kind draws from the link's own stream only if it is configured, so that switching one
 * on does not shift the others' links. Correlated loss is left out.
 */
import { assert } from "../base/assert.ts";
import type { Rng } from "../rng/rng.ts";
import type { Duration } from "../time/instant.ts";

/** Probabilities are 0 to 1, each frame for itself. */
export interface ImpairmentConfig {
  readonly loss: number;
  /** The frame arrives twice; the second one takes its own time on the wire. */
  readonly duplication: number;
  /** One octet arrives wrong: the checksum above it does not match any more. */
  readonly corruption: number;
  /** The frame takes `reorderingDelay` longer, so that later ones overtake it. */
  readonly reordering: number;
  readonly reorderingDelay: Duration;
  /** Every frame takes a uniform 0 to `jitter` longer, inclusive; frames may overtake one another. */
  readonly jitter: Duration;
}

export const NO_IMPAIRMENTS: ImpairmentConfig = {
  loss: 0,
  duplication: 0,
  corruption: 0,
  reordering: 0,
  reorderingDelay: 0 as Duration,
  jitter: 0 as Duration,
};

const DRAW_BOUND = 2 ** 32;

function thresholdOf(probability: number): number {
  assert(probability >= 0 && probability <= 1, `not a probability: ${probability}`);
  return Math.round(probability * DRAW_BOUND);
}

/** The dice of one link, rolled by both directions in the order of sending. */
export class Impairments {
  readonly config: ImpairmentConfig;
  private readonly rng: Rng;
  private readonly loss: number;
  private readonly duplication: number;
  private readonly corruption: number;
  private readonly reordering: number;

  constructor(config: ImpairmentConfig, rng: Rng) {
    this.config = config;
    this.rng = rng;
    this.loss = thresholdOf(config.loss);
    this.duplication = thresholdOf(config.duplication);
    this.corruption = thresholdOf(config.corruption);
    this.reordering = thresholdOf(config.reordering);
    assert(config.jitter >= 0 && config.jitter < DRAW_BOUND, "jitter out of range");
  }

  losesFrame(): boolean {
    return this.happens(this.loss);
  }

  duplicatesFrame(): boolean {
    return this.happens(this.duplication);
  }

  corruptsFrame(): boolean {
    return this.happens(this.corruption);
  }

  /** Which octet of `length` is hit. */
  corruptedOctet(length: number): number {
    return this.rng.below(length);
  }

  /** By how many nanoseconds this frame is late. */
  lateness(): number {
    let late = this.happens(this.reordering) ? this.config.reorderingDelay : 0;
    if (this.config.jitter > 0) late += this.rng.below(this.config.jitter + 1);
    return late;
  }

  private happens(threshold: number): boolean {
    return threshold !== 0 && this.rng.below(DRAW_BOUND) < threshold;
  }
}
