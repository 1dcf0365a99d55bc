/**
 * `-m limit` (`xt_limit`): a token bucket whose tokens grow with the kernel's ticks of 4 ms. Credit is counted in
 * units of 1/128 of a tick, so that even one packet a day has a whole number.
 */
import type { Frame } from "../../../packet/frame.ts";
import type { OptionValues } from "../config.ts";
import type { NetfilterEnvironment } from "../environment.ts";
import type { Match } from "./match.ts";
import { readNumber } from "./option.ts";

const NANOSECONDS_PER_TICK = 4_000_000;
const TICKS_PER_SECOND = 250;
const CREDITS_PER_TICK = 128;

/** Seconds of each unit that `--limit` takes. */
const UNIT_SECONDS: ReadonlyMap<string, number> = new Map([
  ["sec", 1],
  ["min", 60],
  ["hour", 3600],
  ["day", 86_400],
]);

/** XT_LIMIT_SCALE: user space gives the time between packets in 1/10,000 s. */
const SCALE = 10_000;

/** The mean time between packets of `rate` ("5/min"), in 1/10,000 s, as iptables hands it to the kernel. */
export function limitInterval(rate: string): number {
  const [count, unit] = rate.split("/");
  return Math.floor((SCALE * (UNIT_SECONDS.get(unit ?? "sec") ?? 1)) / readNumber(count as string));
}

const toCredits = (interval: number): number =>
  Math.floor((interval * TICKS_PER_SECOND * CREDITS_PER_TICK) / SCALE);

export class LimitMatch implements Match {
  private readonly environment: NetfilterEnvironment;
  private readonly cost: number;
  private readonly creditMax: number;
  private credit = 0;
  private lastTick = 0;

  constructor(options: OptionValues, environment: NetfilterEnvironment) {
    this.environment = environment;
    const interval = limitInterval(options.limit ?? "3/hour");
    this.cost = toCredits(interval);
    this.creditMax = toCredits(interval * readNumber(options["limit-burst"] ?? "5"));
    this.restart();
  }

  matches(_frame: Frame): boolean {
    const tick = this.tick();
    const grown = this.credit + (tick - this.lastTick) * CREDITS_PER_TICK;
    this.credit = Math.min(grown, this.creditMax);
    this.lastTick = tick;
    if (this.credit < this.cost) return false;
    this.credit -= this.cost;
    return true;
  }

  restart(): void {
    this.credit = this.creditMax;
    this.lastTick = this.tick();
  }

  private tick(): number {
    return Math.floor(this.environment.now() / NANOSECONDS_PER_TICK);
  }
}
