/**
 * The connection table (`ip_vs_conn_tab`): a chained hash over protocol, client address and client port. As in the
 * kernel one chain serves both directions: a request names the client as its source, an answer as its destination.
 * The newest entry stands first in its chain, so that it hides an older one of the same tuple that is about to go.
 * The kernel's table has a fixed size; ours grows, which nobody sees but in the order of listings.
 */
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import { type Connection, ConnectionFlag, NO_CONNECTION } from "./connection.ts";
import type { ConnectionRows } from "./connection-rows.ts";

const INITIAL_SIZE = 64;
/** There is memory for so many from the start, because an array of its own costs a small lab more than to be grown into. */
const FIRST_PLACES = 128;
/** A table that is no larger has twice as many chains as connections: that costs little memory, and shortens look-ups. */
const SPARSE_MAX = 1 << 16;

const TCP = IpProtocol.tcp;

/** One, without connections. */
const NO_CHAINS = new Int32Array(1);

/**
 * A client opens one port after the other, mostly every other one: such connections lie in chains side by side, where the
 * processor has fetched them already.
 */
export const hashOf = (protocol: number, client: Ipv4Address, port: number): number => {
  const hash = Math.imul(client ^ Math.imul(protocol, 0x9e3779b1), 0x85ebca6b);
  return ((hash ^ (hash >>> 15)) + (port >>> 1)) | 0;
};

export class ConnectionTable {
  count = 0;
  private readonly rows: ConnectionRows;
  /** The first connection of each chain; more places than chains at first. */
  private chains = NO_CHAINS;
  private mask = 0;
  /** With so many connections it grows. */
  private room = 0;

  constructor(rows: ConnectionRows) {
    this.rows = rows;
  }

  add(connection: Connection): void {
    this.addAt(connection, this.hashOf(connection));
  }

  /** `add`, when its hash is known. */
  addAt(connection: Connection, hash: number): void {
    if (this.count >= this.room) this.grow();
    const { rows } = this;
    const at = hash & this.mask;
    rows.setNextInChain(connection, this.chains[at] as Connection);
    this.chains[at] = connection;
    rows.raise(connection, ConnectionFlag.hashed);
    this.count++;
  }

  remove(connection: Connection): void {
    const { rows } = this;
    if (!rows.has(connection, ConnectionFlag.hashed)) return;
    const at = this.chainOf(connection);
    const next = rows.nextInChain(connection);
    let before = this.chains[at] as Connection;
    if (before === connection) this.chains[at] = next;
    else {
      while (rows.nextInChain(before) !== connection) before = rows.nextInChain(before);
      rows.setNextInChain(before, next);
    }
    rows.setNextInChain(connection, NO_CONNECTION);
    rows.lower(connection, ConnectionFlag.hashed);
    this.count--;
  }

  /** The connection of a packet from a client. Port 0 never has one, as in the kernel. */
  findRequest(
    protocol: number,
    client: Ipv4Address,
    clientPort: number,
    virtualAddress: Ipv4Address,
    virtualPort: number,
  ): Connection {
    if (clientPort === 0) return NO_CONNECTION;
    const head = this.chains[hashOf(protocol, client, clientPort) & this.mask] as Connection;
    return this.rows.firstRequest(head, protocol, client, clientPort, virtualAddress, virtualPort);
  }

  /** The connection of a packet to a client: from the server for masquerading, from the VIP for all else. */
  findAnswer(
    protocol: number,
    source: Ipv4Address,
    sourcePort: number,
    client: Ipv4Address,
    clientPort: number,
  ): Connection {
    const head = this.chains[hashOf(protocol, client, clientPort) & this.mask] as Connection;
    return this.rows.firstAnswer(head, protocol, source, sourcePort, client, clientPort);
  }

  /** Whether a segment belongs to a connection, of which it is a request if it has this `hash`, or an answer if `answerHash`. */
  knows(frame: Frame, hash: number, answerHash: number): boolean {
    const { rows, chains, mask } = this;
    const { source, sourcePort, destination, destinationPort } = frame;
    let head = chains[hash & mask] as Connection;
    if (
      head !== NO_CONNECTION &&
      rows.firstRequest(head, TCP, source, sourcePort, destination, destinationPort) !==
        NO_CONNECTION
    )
      return true;
    head = chains[answerHash & mask] as Connection;
    return (
      head !== NO_CONNECTION &&
      rows.firstAnswer(head, TCP, source, sourcePort, destination, destinationPort) !==
        NO_CONNECTION
    );
  }

  /**
   * The template of a masked client; `protocol` 0 and the mark as address for a firewall-mark service. An engine may have
   * given a client several: with `after`, the next one.
   */
  findTemplate(
    protocol: number,
    client: Ipv4Address,
    virtualAddress: Ipv4Address,
    virtualPort: number,
    after = NO_CONNECTION,
  ): Connection {
    const { rows } = this;
    const at =
      after === NO_CONNECTION
        ? (this.chains[hashOf(protocol, client, 0) & this.mask] as Connection)
        : rows.nextInChain(after);
    let found = rows.firstRequest(at, protocol, client, 0, virtualAddress, virtualPort);
    while (found !== NO_CONNECTION && !rows.has(found, ConnectionFlag.template)) {
      const next = rows.nextInChain(found);
      found = rows.firstRequest(next, protocol, client, 0, virtualAddress, virtualPort);
    }
    return found;
  }

  /** All entries, chain by chain, the newest of a chain first. */
  entries(): Connection[] {
    const found: Connection[] = [];
    for (const head of this.chains)
      for (let at = head as Connection; at !== NO_CONNECTION; at = this.rows.nextInChain(at))
        found.push(at);
    return found;
  }

  /** Those of one bucket if the table had `size`, a power of two; the newest first. */
  inBucket(bucket: number, size: number): Connection[] {
    const found: Connection[] = [];
    const last = size - 1;
    for (let chain = bucket & this.mask; chain <= this.mask; chain += size)
      for (
        let at = this.chains[chain] ?? 0;
        at !== NO_CONNECTION;
        at = this.rows.nextInChain(at as Connection)
      )
        if ((this.hashOf(at as Connection) & last) === bucket) found.push(at as Connection);
    return found;
  }

  private chainOf(connection: Connection): number {
    return this.hashOf(connection) & this.mask;
  }

  private hashOf(connection: Connection): number {
    const { rows } = this;
    const protocol = rows.protocol(connection);
    return hashOf(protocol, rows.clientAddress(connection), rows.clientPort(connection));
  }

  /** Doubles the table: each chain falls into two, and the order inside chains stays. */
  private grow(): void {
    const { rows, chains } = this;
    const size = this.mask === 0 ? 0 : this.mask + 1;
    const larger = Math.max(INITIAL_SIZE, 2 * size);
    if (larger > chains.length) {
      this.chains = new Int32Array(Math.max(FIRST_PLACES, larger));
      this.chains.set(chains);
    }
    this.mask = larger - 1;
    this.room = larger > SPARSE_MAX ? larger : larger / 2;
    for (let i = 0; i < size; i++) {
      let stays = NO_CONNECTION;
      let moves = NO_CONNECTION;
      let next = NO_CONNECTION;
      for (let at = chains[i] as Connection; at !== NO_CONNECTION; at = next) {
        next = rows.nextInChain(at);
        if (this.chainOf(at) === i) {
          if (stays === NO_CONNECTION) this.chains[i] = at;
          else rows.setNextInChain(stays, at);
          stays = at;
        } else {
          if (moves === NO_CONNECTION) this.chains[i + size] = at;
          else rows.setNextInChain(moves, at);
          moves = at;
        }
      }
      if (stays === NO_CONNECTION) this.chains[i] = 0;
      else rows.setNextInChain(stays, NO_CONNECTION);
      if (moves !== NO_CONNECTION) rows.setNextInChain(moves, NO_CONNECTION);
    }
  }
}
