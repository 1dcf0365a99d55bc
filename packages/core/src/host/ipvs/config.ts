/** What `ipvsadm` configures, as immutable values. Live counterparts: `VirtualService`, `Destination`. */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Ipv6Address } from "../../packet/ipv6-address.ts";

/** The name of a scheduler that does not come with Linux (`SchedulerModule`). */
export type OwnSchedulerName = string & { readonly isOwn: true };

export type SchedulerName =
  | OwnSchedulerName
  | "none"
  | "rr"
  | "wrr"
  | "lc"
  | "wlc"
  | "lblc"
  | "lblcr"
  | "sh"
  | "dh"
  | "sed"
  | "nq"
  | "fo"
  | "ovf"
  | "mh"
  | "twos";

/**
 * Whose IPVS a kernel has: mainline's, Alibaba's fork with FULLNAT and a SYN proxy, or one with the rules of DPVS. Those
 * two have hooks, timeouts and sysctls of their own.
 */
export type IpvsVariant = "mainline" | "fullnat" | "dpvs";

/** IP_VS_CONN_F_FWD_MASK's values; `full-nat` is the fork's. */
export type ForwardingMethod =
  | "masquerading"
  | "local-node"
  | "tunnelling"
  | "direct-routing"
  | "bypass"
  | "full-nat";

/** `--tun-type` and its options. */
export interface TunnelConfig {
  readonly type: "ipip" | "gue" | "gre";
  readonly port: number;
  readonly checksum: "none" | "checksum" | "remote-checksum";
}

/** What names a real server within its service. */
export interface RealServerKey {
  readonly address: Ipv4Address;
  /** A server with an IPv6 address; `address` is 0 then. */
  readonly ipv6?: Ipv6Address | undefined;
  readonly port: number;
}

export const sameServer = (a: RealServerKey, b: RealServerKey): boolean =>
  a.address === b.address && a.port === b.port && a.ipv6 === b.ipv6;

export interface RealServerConfig extends RealServerKey {
  readonly weight: number;
  readonly forwarding: ForwardingMethod;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly tunnel: TunnelConfig;
}

/**
 * What names a virtual service: protocol, address and port, or a firewall mark; and its address family. One with IPv6
 * is listed and edited, but no packet reaches it.
 */
export type VirtualServiceIdentity =
  | {
      readonly kind: "address";
      readonly protocol: number;
      readonly address: Ipv4Address;
      /** A service with an IPv6 address; `address` is 0 then. */
      readonly ipv6?: Ipv6Address | undefined;
      readonly port: number;
    }
  | {
      readonly kind: "fwmark";
      readonly mark: number;
      /** `-6`: a service for marked IPv6 packets, beside one for IPv4 with the same mark. */
      readonly ipv6?: true | undefined;
    };

export interface VirtualServiceConfig {
  readonly identity: VirtualServiceIdentity;
  readonly scheduler: SchedulerName;
  /** Bits as the kernel keeps them: flag-1 = 8 (sh-fallback, mh-fallback), flag-2 = 16 (sh-port, mh-port), flag-3 = 32. */
  readonly schedulerFlags: number;
  /** Persistence timeout in seconds; 0 for a service that is not persistent. */
  readonly persistenceTimeout: number;
  /** Of an IPv6 service the length of the prefix, 1 to 128. */
  readonly persistenceNetmask: Ipv4Address;
  readonly onePacket: boolean;
  /** `--pe`; "" for none. */
  readonly persistenceEngine: string;
  /** The kernel's order: the server added last stands first. */
  readonly realServers: readonly RealServerConfig[];
  /** Full-nat's local address pool (the fork's `-P`), in order of adding. */
  readonly localAddresses: readonly Ipv4Address[];
  /** The fork's `-V`: seconds that established connections of this service may be idle; 0 or left out: as all others. */
  readonly establishedTimeout?: number | undefined;
  /** The fork's `-j enable`: clients must answer a cookie before any server hears of them. */
  readonly synProxy?: boolean | undefined;
}

/** A synchronisation daemon (`ipvsadm --start-daemon`), with all values settled. */
export interface SyncDaemonConfig {
  readonly role: "master" | "backup";
  /** The name of the device. */
  readonly interface: string;
  /** 0 to 255; a backup with 0 takes every master's messages. */
  readonly syncId: number;
  /** Octets of UDP payload. */
  readonly maxLength: number;
  readonly group: Ipv4Address;
  readonly port: number;
  readonly ttl: number;
}

export interface IpvsConfig {
  /** Never changes: it is the kernel's. */
  readonly variant: IpvsVariant;
  /** In order of adding. */
  readonly services: readonly VirtualServiceConfig[];
  /** Those that run, the master first. */
  readonly daemons: readonly SyncDaemonConfig[];
  /** `ipvsadm --set`: seconds. */
  readonly timeouts: { readonly tcp: number; readonly tcpFin: number; readonly udp: number };
}
