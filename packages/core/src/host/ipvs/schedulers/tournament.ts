/**
 * The least loaded of many servers without looking at all of them: a tournament tree over the list, in which the
 * winner of each pair meets the winner of the next. It decides as a scan of the list does: least load for its share
 * wins, the earlier of a tie. A change of one server is O(log n), and only played when a winner is asked for, so that
 * the several changes that one connection makes count once. It stands for one list of servers: after a change of the
 * list make a new one.
 *
 * Servers are compared by the quotient load / share. As a double it orders them exactly as the fractions do while
 * load · share stays below 2^52: two different fractions a/b and c/d are at least 1/(a·d) of their size apart then,
 * which is more than rounding takes away, and equal fractions round to the same double.
 */
import type { Destination, Ranking } from "../destination.ts";

/** What servers are compared by: whole numbers. */
export interface Measure {
  loadOf(server: Destination): number;
  /** What the load is divided by, above 0 for a server of a weight above 0. */
  shareOf(server: Destination): number;
}

export class Tournament implements Ranking {
  private readonly servers: readonly Destination[];
  private readonly measure: Measure;
  /** Places in the first round: a power of two. */
  private readonly width: number;
  /** Winning place of each pair: pair 1 is the final, pairs 2n and 2n + 1 play into pair n, places come last. */
  private readonly winners: Int32Array;
  /** The winner's load / share; infinite when it cannot be taken, and for an empty place. */
  private readonly keys: Float64Array;
  /** Places whose server changed since it played. */
  private readonly waiting: Int32Array;
  private waitingCount = 0;
  private readonly waits: Uint8Array;

  /** Takes the servers under observation until `close`. */
  constructor(servers: readonly Destination[], measure: Measure) {
    // a list of its own: the pool's goes on changing
    this.servers = [...servers];
    this.measure = measure;
    let width = 1;
    while (width < servers.length) width *= 2;
    this.width = width;
    this.winners = new Int32Array(2 * width);
    this.keys = new Float64Array(2 * width).fill(Number.POSITIVE_INFINITY);
    this.waiting = new Int32Array(width);
    this.waits = new Uint8Array(width);
    for (let place = 0; place < width; place++) this.winners[width + place] = place;
    for (let place = 0; place < this.servers.length; place++) {
      const server = this.servers[place] as Destination;
      server.ranking = this;
      server.place = place;
      this.weigh(place);
    }
    for (let pair = width - 1; pair > 0; pair--) this.play(pair);
  }

  /** The first server of the least load; null when none can be taken. */
  winner(): Destination | null {
    for (let i = 0; i < this.waitingCount; i++) this.replay(this.waiting[i] as number);
    this.waitingCount = 0;
    if (this.keys[1] === Number.POSITIVE_INFINITY) return null;
    return this.servers[this.winners[1] as number] as Destination;
  }

  changed(place: number): void {
    if (this.waits[place] !== 0) return;
    this.waits[place] = 1;
    this.waiting[this.waitingCount++] = place;
  }

  close(): void {
    for (const server of this.servers) if (server.ranking === this) server.ranking = null;
  }

  private weigh(place: number): void {
    const server = this.servers[place] as Destination;
    const usable = server.weight > 0 && !server.overloaded;
    this.keys[this.width + place] = usable
      ? this.measure.loadOf(server) / this.measure.shareOf(server)
      : Number.POSITIVE_INFINITY;
  }

  private replay(place: number): void {
    const { winners, keys } = this;
    this.waits[place] = 0;
    this.weigh(place);
    let side = this.width + place;
    let key = keys[side] as number;
    // the pairs that it wins learn its new key
    while (side > 1 && !this.beats(side ^ 1, side)) {
      side >>= 1;
      winners[side] = place;
      keys[side] = key;
    }
    // whoever beat it goes on, up to a pair that had the same winner before
    let winner = place;
    while (side > 1) {
      const rival = side ^ 1;
      const rivalKey = keys[rival] as number;
      if (rivalKey < key || (rivalKey === key && rival < side)) {
        winner = winners[rival] as number;
        key = rivalKey;
      }
      side >>= 1;
      if (winners[side] === winner) return;
      winners[side] = winner;
      keys[side] = key;
    }
  }

  /** A side that stands later in the list must be strictly better. */
  private beats(rival: number, side: number): boolean {
    const rivalKey = this.keys[rival] as number;
    const key = this.keys[side] as number;
    return rivalKey < key || (rivalKey === key && rival < side);
  }

  private play(pair: number): void {
    const { winners, keys } = this;
    const left = 2 * pair;
    const better = this.beats(left + 1, left) ? left + 1 : left;
    winners[pair] = winners[better] as number;
    keys[pair] = keys[better] as number;
  }
}
