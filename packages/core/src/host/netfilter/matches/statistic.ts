/** `-m statistic` (`xt_statistic`): every so many packets, or each with a probability. */
import type { OptionValues } from "../config.ts";
import type { NetfilterEnvironment } from "../environment.ts";
import { type Match, StatelessMatch } from "./match.ts";
import { readNumber, readOption } from "./option.ts";

/** User space hands the probability to the kernel as a multiple of 2^-31. */
const PROBABILITY_SCALE = 0x80000000;

class RandomMatch extends StatelessMatch {
  private readonly environment: NetfilterEnvironment;
  private readonly threshold: number;
  private readonly inverted: boolean;

  constructor(options: OptionValues, environment: NetfilterEnvironment) {
    super();
    this.environment = environment;
    const probability = readOption(options, "probability");
    this.threshold = Math.round(Number(probability?.value ?? "0") * PROBABILITY_SCALE);
    this.inverted = probability?.inverted ?? false;
  }

  matches(): boolean {
    return this.environment.randomBelow(PROBABILITY_SCALE) < this.threshold !== this.inverted;
  }
}

class NthMatch implements Match {
  private readonly every: number;
  private readonly packet: number;
  private readonly inverted: boolean;
  /** Packets since the latest match, or as if there had been one `every - packet` packets ago. */
  private count = 0;

  constructor(options: OptionValues) {
    const every = readOption(options, "every");
    this.every = readNumber(every?.value ?? "1") >>> 0;
    this.packet = readNumber(options.packet ?? "0") >>> 0;
    this.inverted = every?.inverted ?? false;
    this.restart();
  }

  matches(): boolean {
    this.count = this.count === this.every - 1 ? 0 : this.count + 1;
    return (this.count === 0) !== this.inverted;
  }

  restart(): void {
    this.count = this.every - this.packet - 1;
  }
}

export const statisticMatch = (options: OptionValues, environment: NetfilterEnvironment): Match =>
  options.mode === "nth" ? new NthMatch(options) : new RandomMatch(options, environment);
