/** What `ipvsadm -L` and /proc/net/ip_vs* read, as data; the text is theirs. */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { RealServerConfig, VirtualServiceConfig } from "./config.ts";
import type { StatisticsView } from "./statistics.ts";

export interface ServerListing {
  readonly config: RealServerConfig;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  readonly persistentConnections: number;
  readonly overloaded: boolean;
  readonly statistics: StatisticsView;
}

/** One of full-nat's local addresses (the fork's `-G`). */
export interface LocalAddressListing {
  readonly address: Ipv4Address;
  /** Connections that hold one of its ports. */
  readonly connections: number;
  /** How often a port was found in use. */
  readonly conflicts: number;
}

export interface ServiceListing {
  readonly config: VirtualServiceConfig;
  readonly statistics: StatisticsView;
  /** In the kernel's order: the server added last is the first. */
  readonly servers: readonly ServerListing[];
  /** In order of adding. */
  readonly localAddresses: readonly LocalAddressListing[];
}

export interface ConnectionListing {
  /** IP protocol number; 0 for a template of a firewall-mark service. */
  readonly protocol: number;
  readonly clientAddress: Ipv4Address;
  readonly clientPort: number;
  /** A firewall mark when `protocol` is 0. */
  readonly virtualAddress: Ipv4Address;
  readonly virtualPort: number;
  readonly serverAddress: Ipv4Address;
  readonly serverPort: number;
  /** Under which the server knows the client: full-nat's local address, else the client's own. */
  readonly localAddress: Ipv4Address;
  readonly localPort: number;
  /** As /proc/net/ip_vs_conn names it: `ESTABLISHED`, `UDP`, `ASSURED` … */
  readonly state: string;
  /** Whole seconds until it expires; 0 also for one that is about to. */
  readonly secondsLeft: number;
  readonly template: boolean;
  /** Another director told of it. */
  readonly synced: boolean;
  /** Of a template that the persistence engine `sip` made: the Call-ID; null for all others. */
  readonly callId: string | null;
}
