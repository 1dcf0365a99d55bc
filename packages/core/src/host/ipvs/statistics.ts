/**
 * Counters and rates of a server, a service or a namespace (`struct ip_vs_stats`, `ip_vs_est.c`). Packets change the
 * live counters; what people see are the values of the last estimation, every 2 s, less the baseline that `-Z` set.
 * Rates are fixed-point averages: avg += (rate − avg) / 4, scaled by 2^10 (per-packet rates) and 2^5 (octets).
 */
import type { Traffic } from "./traffic.ts";

/** What is counted. */
export interface Counters {
  readonly connections: number;
  readonly inPackets: number;
  readonly outPackets: number;
  readonly inOctets: number;
  readonly outOctets: number;
}

/** As `ipvsadm --stats` and `--rate` show it. */
export interface StatisticsView extends Counters {
  readonly connectionsPerSecond: number;
  readonly inPacketsPerSecond: number;
  readonly outPacketsPerSecond: number;
  readonly inOctetsPerSecond: number;
  readonly outOctetsPerSecond: number;
}

/** One quantity's shown value, baseline and average. */
class Estimate {
  /** The counter at the last estimation. */
  shown = 0;
  private baseline = 0;
  private average = 0;
  /** How far the per-second rate is scaled up, halved for the period of 2 s. */
  private readonly scale: number;
  private readonly unit: number;

  constructor(scaleBits: number) {
    this.unit = 1 << scaleBits;
    this.scale = this.unit / 2;
  }

  update(counter: number): void {
    const rate = (counter - this.shown) * this.scale;
    this.shown = counter;
    this.average += Math.floor((rate - this.average) / 4);
  }

  zero(): void {
    this.baseline = this.shown;
    this.average = 0;
  }

  get total(): number {
    return this.shown - this.baseline;
  }

  get rate(): number {
    return Math.floor((this.average + this.unit / 2 - 1) / this.unit);
  }

  get atRest(): boolean {
    return this.average === 0;
  }
}

export class Statistics implements Counters {
  connections = 0;
  inPackets = 0;
  outPackets = 0;
  inOctets = 0;
  outOctets = 0;
  private readonly estimates = [
    new Estimate(10),
    new Estimate(10),
    new Estimate(10),
    new Estimate(5),
    new Estimate(5),
  ] as const;

  add(traffic: Traffic): void {
    this.inPackets += traffic.inPackets;
    this.outPackets += traffic.outPackets;
    this.inOctets += traffic.inOctets;
    this.outOctets += traffic.outOctets;
  }

  /** Makes the live counters visible and moves the averages: once every 2 s. */
  estimate(): void {
    const [connections, inPackets, outPackets, inOctets, outOctets] = this.estimates;
    connections.update(this.connections);
    inPackets.update(this.inPackets);
    outPackets.update(this.outPackets);
    inOctets.update(this.inOctets);
    outOctets.update(this.outOctets);
  }

  /** `ipvsadm -Z`: what is visible now becomes the baseline; what was counted since the last estimation stays. */
  zero(): void {
    for (const estimate of this.estimates) estimate.zero();
  }

  /** Whether another estimation would change nothing. */
  get atRest(): boolean {
    const [connections, inPackets, outPackets] = this.estimates;
    return (
      connections.shown === this.connections &&
      inPackets.shown === this.inPackets &&
      outPackets.shown === this.outPackets &&
      this.estimates.every((estimate) => estimate.atRest)
    );
  }

  view(): StatisticsView {
    const [connections, inPackets, outPackets, inOctets, outOctets] = this.estimates;
    return {
      connections: connections.total,
      inPackets: inPackets.total,
      outPackets: outPackets.total,
      inOctets: inOctets.total,
      outOctets: outOctets.total,
      connectionsPerSecond: connections.rate,
      inPacketsPerSecond: inPackets.rate,
      outPacketsPerSecond: outPackets.rate,
      inOctetsPerSecond: inOctets.rate,
      outOctetsPerSecond: outOctets.rate,
    };
  }
}
