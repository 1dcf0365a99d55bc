/**
 * The table of tracked connections: a chained hash in which every connection stands twice, by the flow and by the flow that
 * answers it, and a list of all in order of confirmation. The kernel's table has a fixed size and a random key; ours
 * grows, and lists come in order of age.
 */
import type { FlowTuple, TrackedConnection } from "./tracked-connection.ts";
import type { Tuple } from "./tuple.ts";

const INITIAL_SIZE = 64;

function hashOf(tuple: Tuple): number {
  const ports = (tuple.sourcePort << 16) | tuple.destinationPort;
  let hash = Math.imul(tuple.source ^ Math.imul(ports, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ tuple.destination ^ tuple.protocol, 0xc2b2ae35);
  return hash ^ (hash >>> 13);
}

export class ConnectionTable {
  count = 0;
  /** The oldest connection. */
  first: TrackedConnection | null = null;
  private last: TrackedConnection | null = null;
  private chains: (FlowTuple | null)[] = [];
  private mask = 0;

  /** The direction of a connection that is that flow; null when there is none. */
  find(tuple: Tuple): FlowTuple | null {
    if (this.count === 0) return null;
    let at = this.chains[hashOf(tuple) & this.mask] as FlowTuple | null;
    while (at !== null && !at.equals(tuple)) at = at.nextInChain;
    return at;
  }

  add(connection: TrackedConnection): void {
    if (2 * this.count >= this.chains.length) this.grow();
    this.hash(connection.original);
    this.hash(connection.answer);
    connection.before = this.last;
    if (this.last === null) this.first = connection;
    else this.last.after = connection;
    this.last = connection;
    this.count++;
  }

  remove(connection: TrackedConnection): void {
    this.unhash(connection.original);
    this.unhash(connection.answer);
    const { before, after } = connection;
    if (before === null) this.first = after;
    else before.after = after;
    if (after === null) this.last = before;
    else after.before = before;
    connection.before = null;
    connection.after = null;
    this.count--;
  }

  /** All, the oldest first. */
  connections(): TrackedConnection[] {
    const all: TrackedConnection[] = [];
    for (let at = this.first; at !== null; at = at.after) all.push(at);
    return all;
  }

  /** The first connection in `chains` chains, from that of `tuple` on, of which `test` holds. */
  findNear(
    tuple: Tuple,
    chains: number,
    test: (connection: TrackedConnection) => boolean,
  ): TrackedConnection | null {
    const from = hashOf(tuple);
    for (let i = 0; i < Math.min(chains, this.chains.length); i++)
      for (
        let at = this.chains[(from + i) & this.mask] as FlowTuple | null;
        at !== null;
        at = at.nextInChain
      )
        if (test(at.connection)) return at.connection;
    return null;
  }

  private hash(tuple: FlowTuple): void {
    const at = hashOf(tuple) & this.mask;
    tuple.nextInChain = this.chains[at] as FlowTuple | null;
    this.chains[at] = tuple;
  }

  private unhash(tuple: FlowTuple): void {
    const at = hashOf(tuple) & this.mask;
    let before = this.chains[at] as FlowTuple;
    if (before === tuple) this.chains[at] = tuple.nextInChain;
    else {
      while (before.nextInChain !== tuple) before = before.nextInChain as FlowTuple;
      before.nextInChain = tuple.nextInChain;
    }
    tuple.nextInChain = null;
  }

  private grow(): void {
    const size = Math.max(INITIAL_SIZE, this.chains.length * 2);
    this.chains = new Array<FlowTuple | null>(size).fill(null);
    this.mask = size - 1;
    for (let at = this.first; at !== null; at = at.after) {
      this.hash(at.original);
      this.hash(at.answer);
    }
  }
}
