/**
 * Weighted round-robin scheduling (`ip_vs_wrr.c`), interleaved: a round goes through the list once for each weight
 * level, from the largest weight down in steps of the weights' greatest common divisor, and takes the servers whose
 * weight reaches the level. Levels survive a change of the pool where they can, so that after servers were added one
 * by one the first round gives each one connection.
 */
import type { Destination } from "../destination.ts";
import type { Scheduler, SchedulerFactory, ServerPool } from "../scheduler.ts";
import { greatestCommonDivisor } from "./greatest-common-divisor.ts";

class WeightedRoundRobin implements Scheduler {
  private readonly pool: ServerPool;
  /** Index of the server looked at last; −1 is the head of the list. */
  private at = -1;
  /** The weight that a server must reach now. */
  private level: number;
  /** The highest level of a round; 0 when no server has a weight. */
  private highest = 0;
  /** By how much the level falls at the end of the list. */
  private step = 1;

  constructor(pool: ServerPool) {
    this.pool = pool;
    this.measure();
    this.level = this.highest;
  }

  changed(): void {
    this.at = -1;
    this.measure();
    if (this.level > this.highest || this.level === 0) this.level = this.highest;
    else if (this.step > 1) this.level = Math.floor(this.level / this.step) * this.step + 1;
  }

  /** Gives up once all servers were examined in a pass that takes every weight, those before the start included. */
  select(): Destination | null {
    if (this.highest === 0) return null;
    const servers = this.pool.destinations;
    const start = this.at;
    let stop = -1;
    let lowest = false;
    let restarted = false;
    for (;;) {
      for (let at = this.at + 1; at < servers.length; at++) {
        const server = servers[at] as Destination;
        const taken = server.weight >= this.level && !server.overloaded;
        if (taken || at === stop) {
          this.at = at;
          return taken ? server : null;
        }
      }
      this.at = -1;
      this.level -= this.step;
      if (this.level <= 0) {
        this.level = this.highest;
        if (lowest || start === -1) return null;
        restarted = true;
      }
      lowest = this.level <= this.step;
      if (lowest && restarted) stop = start;
    }
  }

  private measure(): void {
    let divisor = 0;
    let largest = 0;
    for (const { weight } of this.pool.destinations) {
      if (weight <= 0) continue;
      divisor = greatestCommonDivisor(weight, divisor);
      if (weight > largest) largest = weight;
    }
    this.step = divisor === 0 ? 1 : divisor;
    this.highest = largest === 0 ? 0 : largest - (this.step - 1);
  }
}

export const wrr: SchedulerFactory = (pool) => new WeightedRoundRobin(pool);
