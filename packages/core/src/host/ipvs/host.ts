/** What IPVS needs of the network namespace that it serves; the namespace implements it. */
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Rng } from "../../rng/rng.ts";
import type { Engine } from "../../time/engine.ts";
import type { PlaceId, Trace } from "../../trace/trace.ts";
import type { IpLayer } from "../ip/ip-layer.ts";
import type { HookTable } from "../netfilter/hook-table.ts";
import type { OverloadVariant } from "./overload.ts";

/** net.ipv4.vs.*: plain numbers under the kernel's names, as the files hold them. Synchronisation's are left out. */
export interface VsSysctls {
  readonly am_droprate: number;
  readonly amemthresh: number;
  readonly backup_only: number;
  readonly cache_bypass: number;
  readonly conn_reuse_mode: number;
  readonly conntrack: number;
  readonly drop_entry: number;
  readonly drop_packet: number;
  readonly expire_nodest_conn: number;
  readonly expire_quiescent_template: number;
  readonly ignore_tunneled: number;
  /** In seconds. */
  readonly lblc_expiration: number;
  /** In seconds. */
  readonly lblcr_expiration: number;
  readonly nat_icmp_send: number;
  readonly pmtu_disc: number;
  readonly run_estimation: number;
  readonly schedule_icmp: number;
  readonly secure_tcp: number;
  readonly sloppy_sctp: number;
  readonly sloppy_tcp: number;
  readonly snat_reroute: number;
}

export const VS_SYSCTL_DEFAULTS: VsSysctls = {
  am_droprate: 10,
  amemthresh: 1024,
  backup_only: 0,
  cache_bypass: 0,
  conn_reuse_mode: 1,
  conntrack: 0,
  drop_entry: 0,
  drop_packet: 0,
  expire_nodest_conn: 0,
  expire_quiescent_template: 0,
  ignore_tunneled: 0,
  lblc_expiration: 86_400,
  lblcr_expiration: 86_400,
  nat_icmp_send: 0,
  pmtu_disc: 1,
  run_estimation: 1,
  schedule_icmp: 0,
  secure_tcp: 0,
  sloppy_sctp: 0,
  sloppy_tcp: 0,
  snat_reroute: 1,
};

/** What vs.conntrack=1 asks of connection tracking (`ip_vs_nfct.c`). */
export interface IpvsConntrack {
  /** Whether the frame belongs to a tracked connection that is confirmed. */
  isConfirmed(frame: Frame): boolean;
  /**
   * Makes the reply tuple of the frame's unconfirmed connection, seen in its original direction, come from `server`
   * (`ip_vs_update_conntrack`).
   */
  expectReplyFrom(frame: Frame, server: Ipv4Address, port: number): void;
  /** Ends the tracked connection of this client and virtual service (`ip_vs_conn_drop_conntrack`). */
  drop(
    protocol: number,
    client: Ipv4Address,
    clientPort: number,
    virtualAddress: Ipv4Address,
    virtualPort: number,
  ): void;
}

export interface IpvsHost {
  readonly engine: Engine;
  readonly trace: Trace | null;
  /** The host in the trace. */
  readonly place: PlaceId;
  readonly rng: Rng;
  readonly ip: IpLayer;
  readonly hooks: HookTable;
  /** Live: another object after a change. */
  readonly sysctls: VsSysctls;
  /** null while no connection tracking runs. */
  readonly conntrack: IpvsConntrack | null;
  /** Rises when a route, an address, a device's state or a learnt path changes: cached routes are void then. */
  readonly routingGeneration: number;
  /** How loads and thresholds count: 6.1.187 and later are `edge-triggered`, earlier kernels `classic`. */
  readonly variant: OverloadVariant;
  /** Takes a next-hop MTU towards `destination` from an ICMP error (`ipv4_update_pmtu`). */
  learnPathMtu(destination: Ipv4Address, mtu: number): void;
  /** Whether `inet_addr_type` says unicast or local: what a real server's address must be. */
  isUnicastOrLocal(address: Ipv4Address): boolean;
}
