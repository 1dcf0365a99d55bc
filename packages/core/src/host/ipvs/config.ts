/** What `ipvsadm` configures, as immutable values. Live counterparts: `VirtualService`, `Destination`. */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";

export type SchedulerName =
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

export interface RealServerConfig {
  readonly address: Ipv4Address;
  readonly port: number;
  readonly weight: number;
  readonly forwarding: ForwardingMethod;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly tunnel: TunnelConfig;
}

/** What names a virtual service: protocol, address and port, or a firewall mark. */
export type VirtualServiceIdentity =
  | {
      readonly kind: "address";
      readonly protocol: number;
      readonly address: Ipv4Address;
      readonly port: number;
    }
  | { readonly kind: "fwmark"; readonly mark: number };

export interface VirtualServiceConfig {
  readonly identity: VirtualServiceIdentity;
  readonly scheduler: SchedulerName;
  /** Bits as the kernel keeps them: flag-1 = 8 (sh-fallback, mh-fallback), flag-2 = 16 (sh-port, mh-port), flag-3 = 32. */
  readonly schedulerFlags: number;
  /** Persistence timeout in seconds; 0 for a service that is not persistent. */
  readonly persistenceTimeout: number;
  readonly persistenceNetmask: Ipv4Address;
  readonly onePacket: boolean;
  /** `--pe`; "" for none. */
  readonly persistenceEngine: string;
  /** The kernel's order: the server added last stands first. */
  readonly realServers: readonly RealServerConfig[];
  /** Full-nat's local address pool (the fork's `-P`), in order of adding. */
  readonly localAddresses: readonly Ipv4Address[];
}

export interface IpvsConfig {
  /** In order of adding. */
  readonly services: readonly VirtualServiceConfig[];
  /** `ipvsadm --set`: seconds. */
  readonly timeouts: { readonly tcp: number; readonly tcpFin: number; readonly udp: number };
}
