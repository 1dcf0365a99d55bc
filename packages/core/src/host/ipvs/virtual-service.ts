/** A virtual service, live (`struct ip_vs_service`): its servers in the kernel's order, its scheduler, its counters. */
import { assert } from "../../base/assert.ts";
import { formatIpv4Address, type Ipv4Address } from "../../packet/ipv4-address.ts";
import { formatIpv6Address } from "../../packet/ipv6-address.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import type { Decider } from "../../trace/trace.ts";
import { type RealServerKey, sameServer, type VirtualServiceConfig } from "./config.ts";
import type { Destination } from "./destination.ts";
import { protocolName } from "./protocol/protocol-name.ts";
import type { Scheduler, ServerPool } from "./scheduler.ts";
import { Statistics } from "./statistics.ts";

/** A full-nat source address of a service and where its port counter stands. */
export class LocalAddress {
  readonly address: Ipv4Address;
  counter = 0;
  /** Connections that hold one of its ports. */
  connections = 0;
  /** How often a port was found in use. */
  conflicts = 0;

  constructor(address: Ipv4Address) {
    this.address = address;
  }
}

export class VirtualService implements ServerPool, Decider {
  /** What operators set; replaced by every edit. */
  config: VirtualServiceConfig;
  /** The server added last is the first. */
  readonly destinations: Destination[] = [];
  readonly statistics = new Statistics();
  scheduler: Scheduler | null = null;

  /** IP protocol; 0 for a firewall-mark service. */
  readonly protocol: number;
  /** 0 for a firewall-mark service. */
  readonly address: Ipv4Address;
  /** 0 for every port, and for a firewall-mark service. */
  readonly port: number;
  /** 0 for an address service. */
  readonly mark: number;
  /** The next service in its chain of the table. */
  next: VirtualService | null = null;

  readonly localAddresses: LocalAddress[] = [];
  /** Index of the local address used last. */
  localAddressAt = -1;

  constructor(config: VirtualServiceConfig) {
    this.config = config;
    const { identity } = config;
    const byAddress = identity.kind === "address";
    this.protocol = byAddress ? identity.protocol : 0;
    this.address = byAddress ? identity.address : (0 as Ipv4Address);
    this.port = byAddress ? identity.port : 0;
    this.mark = byAddress ? 0 : identity.mark | 0;
  }

  get schedulerFlags(): number {
    return this.config.schedulerFlags;
  }

  get persistent(): boolean {
    return this.config.persistenceTimeout !== 0;
  }

  /** Whether a packet of `protocol` is scheduled on its own (`-o`); only UDP can be. */
  schedulesEachPacket(protocol: number): boolean {
    return this.config.onePacket === true && protocol === IpProtocol.udp;
  }

  /** The local address whose turn it is; null without one. */
  nextLocalAddress(): LocalAddress | null {
    const pool = this.localAddresses;
    this.localAddressAt = this.localAddressAt + 1 < pool.length ? this.localAddressAt + 1 : 0;
    return pool[this.localAddressAt] ?? null;
  }

  /** A local address goes: its connections keep it; if it was the last to have its turn, the next one misses its own. */
  removeLocalAddress(index: number): void {
    const pool = this.localAddresses;
    pool.splice(index, 1);
    if (index < this.localAddressAt) this.localAddressAt--;
    else if (index === this.localAddressAt && index >= pool.length) this.localAddressAt = -1;
  }

  /** Place of a server in the list; it is there. */
  placeOf(key: RealServerKey): number {
    const index = this.destinations.findIndex((server) => sameServer(server.config, key));
    assert(index >= 0, "no such real server");
    return index;
  }

  describe(): string {
    const { identity } = this.config;
    if (identity.kind === "fwmark") return `FWM ${identity.mark}`;
    const protocol = protocolName(identity.protocol);
    if (identity.ipv6 !== undefined)
      return `${protocol} [${formatIpv6Address(identity.ipv6)}]:${identity.port}`;
    return `${protocol} ${formatIpv4Address(identity.address)}:${identity.port}`;
  }
}
