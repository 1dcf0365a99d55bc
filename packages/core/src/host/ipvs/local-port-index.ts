/**
 * Full-nat's second index (the fork's `ip_vs_conn_tab` entry of the outgoing direction): from server and local address
 * to the connection, so that an answer finds it and a port is not given out twice towards one server.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { LocalBinding } from "./local-binding.ts";

const INITIAL_SIZE = 64;

const hashOf = (local: Ipv4Address, localPort: number, server: Ipv4Address): number => {
  const hash = Math.imul(local ^ Math.imul(localPort, 0x9e3779b1) ^ server, 0x85ebca6b);
  return hash ^ (hash >>> 15);
};

export class LocalPortIndex {
  private chains: (LocalBinding | null)[] = [];
  private count = 0;

  add(binding: LocalBinding): void {
    if (this.count >= this.chains.length) this.grow();
    this.link(binding);
    this.count++;
  }

  remove(binding: LocalBinding): void {
    const at = this.chainOf(binding);
    let before = this.chains[at] as LocalBinding;
    if (before === binding) this.chains[at] = binding.nextInChain;
    else {
      while (before.nextInChain !== binding) before = before.nextInChain as LocalBinding;
      before.nextInChain = binding.nextInChain;
    }
    binding.nextInChain = null;
    this.count--;
  }

  /** The binding of a packet from `server` to a local address; null when there is none. */
  find(
    protocol: number,
    server: Ipv4Address,
    serverPort: number,
    local: Ipv4Address,
    localPort: number,
  ): LocalBinding | null {
    if (this.count === 0) return null;
    const mask = this.chains.length - 1;
    let at = this.chains[hashOf(local, localPort, server) & mask] as LocalBinding | null;
    for (; at !== null; at = at.nextInChain) {
      if (
        at.port === localPort &&
        at.localAddress.address === local &&
        at.serverAddress === server &&
        at.serverPort === serverPort &&
        at.protocol === protocol
      )
        return at;
    }
    return null;
  }

  private chainOf(binding: LocalBinding): number {
    const { localAddress, port, serverAddress } = binding;
    const mask = this.chains.length - 1;
    return hashOf(localAddress.address, port, serverAddress) & mask;
  }

  private link(binding: LocalBinding): void {
    const at = this.chainOf(binding);
    binding.nextInChain = this.chains[at] as LocalBinding | null;
    this.chains[at] = binding;
  }

  private grow(): void {
    const old = this.chains;
    this.chains = new Array<LocalBinding | null>(Math.max(INITIAL_SIZE, old.length * 2)).fill(null);
    for (const head of old) {
      let at = head;
      while (at !== null) {
        const next = at.nextInChain;
        this.link(at);
        at = next;
      }
    }
  }
}
