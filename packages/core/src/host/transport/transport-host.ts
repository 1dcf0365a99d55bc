/** What UDP and TCP need from the network namespace that they live in. */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Rng } from "../../rng/rng.ts";
import type { Engine } from "../../time/engine.ts";
import type { PlaceId, Trace } from "../../trace/trace.ts";
import type { IpLayer } from "../ip/ip-layer.ts";
import type { Route } from "../route/route.ts";

/**
 * Sysctls of transport under the kernel's names and in its units; read at every use, so that the owner may change them
 * while the simulation runs. Buffers are octets.
 */
export interface TransportSysctls {
  ip_default_ttl: number;
  /** net.ipv4.ip_local_port_range, both ends inclusive. */
  ip_local_port_first: number;
  ip_local_port_last: number;
  /** Non-zero: bind() takes addresses that are not local. */
  ip_nonlocal_bind: number;
  /** net.core.somaxconn: bounds every listen() backlog. */
  somaxconn: number;
  /** net.core.rmem_default: receive buffer of a UDP socket. */
  rmem_default: number;
  tcp_abort_on_overflow: number;
  /** Seconds. */
  tcp_fin_timeout: number;
  tcp_max_syn_backlog: number;
  /** 0: retransmissions of orphans are bounded by the kernel's own 8. */
  tcp_orphan_retries: number;
  tcp_retries2: number;
  tcp_rfc1337: number;
  /** The middle and last number of net.ipv4.tcp_rmem. */
  tcp_rmem_default: number;
  tcp_rmem_max: number;
  tcp_sack: number;
  tcp_slow_start_after_idle: number;
  tcp_syn_retries: number;
  tcp_synack_retries: number;
  /** 0: SYNs beyond a full queue are dropped; 1: answered with cookies; 2: always cookies. */
  tcp_syncookies: number;
  tcp_timestamps: number;
  /** The last number of net.ipv4.tcp_wmem. */
  tcp_wmem_max: number;
  tcp_window_scaling: number;
}

/** Linux 6.1's defaults on a machine with enough memory. */
export const DEFAULT_TRANSPORT_SYSCTLS: Readonly<TransportSysctls> = {
  ip_default_ttl: 64,
  ip_local_port_first: 32768,
  ip_local_port_last: 60999,
  ip_nonlocal_bind: 0,
  somaxconn: 4096,
  rmem_default: 212992,
  tcp_abort_on_overflow: 0,
  tcp_fin_timeout: 60,
  tcp_max_syn_backlog: 512,
  tcp_orphan_retries: 0,
  tcp_retries2: 15,
  tcp_rfc1337: 0,
  tcp_rmem_default: 131072,
  tcp_rmem_max: 6291456,
  tcp_sack: 1,
  tcp_slow_start_after_idle: 1,
  tcp_syn_retries: 6,
  tcp_synack_retries: 5,
  tcp_syncookies: 1,
  tcp_timestamps: 1,
  tcp_wmem_max: 4194304,
  tcp_window_scaling: 1,
};

export interface TransportHost {
  readonly engine: Engine;
  readonly trace: Trace | null;
  /** The namespace in the trace. */
  readonly place: PlaceId;
  /** Transport's own stream: secrets for sequence numbers and ports come from it at their first use. */
  readonly rng: Rng;
  readonly ip: IpLayer;
  readonly sysctls: Readonly<TransportSysctls>;
  /** Changes whenever a route that a socket keeps may be out of date (routes, rules, addresses, devices, learnt path MTU). */
  routeGeneration(): number;
  /** A connection makes progress: whoever is the next hop of `route` towards `destination` can be reached (`dst_confirm_neigh`). */
  confirmNeighbour(route: Route, destination: Ipv4Address): void;
}
