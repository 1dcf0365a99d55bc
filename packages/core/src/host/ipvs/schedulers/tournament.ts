/**
 * The least loaded of many servers without looking at all of them: a tournament over the list, in which the winners
 * of four groups of four meet each other, and so on. It decides as a scan of the list does: least load for its share
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
  /** Places in the first round: a power of four. */
  private readonly width: number;
  /** Winning place of each game: game 1 is the final, games 4n to 4n + 3 play into game n, places come last. */
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
    let width = 4;
    while (width < servers.length) width *= 4;
    this.width = width;
    this.winners = new Int32Array(2 * width);
    this.keys = new Float64Array(2 * width).fill(Number.POSITIVE_INFINITY);
    this.waiting = new Int32Array(servers.length);
    this.waits = new Uint8Array(servers.length);
    for (let place = 0; place < width; place++) this.winners[width + place] = place;
    for (let place = 0; place < this.servers.length; place++) {
      const server = this.servers[place] as Destination;
      server.ranking = this;
      server.place = place;
      this.replay(place);
    }
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

  /** Plays the games above `place` again, up to the first that it neither wins nor won. */
  private replay(place: number): void {
    const { winners, keys } = this;
    this.waits[place] = 0;
    this.weigh(place);
    for (let side = this.width + place; side > 1; ) {
      const group = side & ~3;
      let best = group;
      let key = keys[group] as number;
      // whoever stands later in the list must be strictly better; written out, this is twice as fast as a loop
      const second = keys[group + 1] as number;
      if (second < key) {
        key = second;
        best = group + 1;
      }
      const third = keys[group + 2] as number;
      if (third < key) {
        key = third;
        best = group + 2;
      }
      const fourth = keys[group + 3] as number;
      if (fourth < key) {
        key = fourth;
        best = group + 3;
      }
      const winner = winners[best] as number;
      side >>= 2;
      if (winner !== place && winners[side] === winner) return;
      winners[side] = winner;
      keys[side] = key;
    }
  }

  private weigh(place: number): void {
    const { keys, width } = this;
    const server = this.servers[place] as Destination;
    // two stores, not one of either value: that would make an object of the quotient
    if (server.usableWeight > 0)
      keys[width + place] = this.measure.loadOf(server) / this.measure.shareOf(server);
    else keys[width + place] = Number.POSITIVE_INFINITY;
  }
}
