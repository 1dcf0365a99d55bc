/**
 * The connection table (`ip_vs_conn_tab`): a chained hash over protocol, client address and client port. As in the
 * kernel one chain serves both directions: a request names the client as its source, an answer as its destination.
 * The newest entry stands first in its chain, so that it hides an older one of the same tuple that is about to go.
 * The kernel's table has a fixed size; ours grows, which nobody sees but in the order of listings.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { type Connection, ConnectionFlag } from "./connection.ts";
import { Method } from "./method.ts";

const INITIAL_SIZE = 64;

const hashOf = (protocol: number, client: Ipv4Address, port: number): number => {
  let hash = Math.imul(client ^ Math.imul(port | (protocol << 16), 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return hash ^ (hash >>> 13);
};

export class ConnectionTable {
  count = 0;
  private chains: (Connection | null)[] = [];
  private mask = 0;

  add(connection: Connection): void {
    if (this.count >= this.chains.length) this.grow();
    const { protocol, clientAddress, clientPort } = connection;
    const at = hashOf(protocol, clientAddress, clientPort) & this.mask;
    connection.nextInChain = this.chains[at] as Connection | null;
    this.chains[at] = connection;
    connection.flags |= ConnectionFlag.hashed;
    this.count++;
  }

  remove(connection: Connection): void {
    if ((connection.flags & ConnectionFlag.hashed) === 0) return;
    const { protocol, clientAddress, clientPort } = connection;
    const at = hashOf(protocol, clientAddress, clientPort) & this.mask;
    let before = this.chains[at] as Connection;
    if (before === connection) this.chains[at] = connection.nextInChain;
    else {
      while (before.nextInChain !== connection) before = before.nextInChain as Connection;
      before.nextInChain = connection.nextInChain;
    }
    connection.nextInChain = null;
    connection.flags &= ~ConnectionFlag.hashed;
    this.count--;
  }

  /** The connection of a packet from a client; null when there is none. Port 0 never has one, as in the kernel. */
  findRequest(
    protocol: number,
    client: Ipv4Address,
    clientPort: number,
    virtualAddress: Ipv4Address,
    virtualPort: number,
  ): Connection | null {
    if (this.count === 0 || clientPort === 0) return null;
    let at = this.chains[hashOf(protocol, client, clientPort) & this.mask] as Connection | null;
    while (
      at !== null &&
      (at.clientAddress !== client ||
        at.clientPort !== clientPort ||
        at.virtualPort !== virtualPort ||
        at.virtualAddress !== virtualAddress ||
        at.protocol !== protocol)
    )
      at = at.nextInChain;
    return at;
  }

  /** The connection of a packet to a client: from the server for masquerading, from the VIP for all else. */
  findAnswer(
    protocol: number,
    source: Ipv4Address,
    sourcePort: number,
    client: Ipv4Address,
    clientPort: number,
  ): Connection | null {
    if (this.count === 0) return null;
    let at = this.chains[hashOf(protocol, client, clientPort) & this.mask] as Connection | null;
    for (; at !== null; at = at.nextInChain) {
      if (at.clientAddress !== client || at.clientPort !== clientPort || at.protocol !== protocol)
        continue;
      if (at.method === Method.masquerading) {
        if (at.serverAddress === source && at.serverPort === sourcePort) return at;
      } else if (at.virtualAddress === source && at.virtualPort === sourcePort) return at;
    }
    return null;
  }

  /** The template of a masked client; `protocol` 0 and the mark as address for a firewall-mark service. */
  findTemplate(
    protocol: number,
    client: Ipv4Address,
    virtualAddress: Ipv4Address,
    virtualPort: number,
  ): Connection | null {
    if (this.count === 0) return null;
    let at = this.chains[hashOf(protocol, client, 0) & this.mask] as Connection | null;
    while (
      at !== null &&
      (at.clientAddress !== client ||
        at.clientPort !== 0 ||
        at.virtualPort !== virtualPort ||
        at.virtualAddress !== virtualAddress ||
        at.protocol !== protocol ||
        (at.flags & ConnectionFlag.template) === 0)
    )
      at = at.nextInChain;
    return at;
  }

  /** All entries, chain by chain, the newest of a chain first. */
  entries(): Connection[] {
    const found: Connection[] = [];
    for (const head of this.chains)
      for (let at = head; at !== null; at = at.nextInChain) found.push(at);
    return found;
  }

  /** Doubles the table; the order inside chains stays. */
  private grow(): void {
    const entries = this.entries();
    const size = Math.max(INITIAL_SIZE, this.chains.length * 2);
    this.chains = new Array<Connection | null>(size).fill(null);
    this.mask = size - 1;
    for (let i = entries.length - 1; i >= 0; i--) {
      const entry = entries[i] as Connection;
      const at = hashOf(entry.protocol, entry.clientAddress, entry.clientPort) & this.mask;
      entry.nextInChain = this.chains[at] as Connection | null;
      this.chains[at] = entry;
    }
  }
}
