/** What sockets, UDP and TCP look at, under the kernel's names and in its units. */
import { ReservedPorts } from "./port-ranges.ts";
import type { SysctlNumbers } from "./sysctl-numbers.ts";

export class TransportSysctlValues {
  readonly ip_default_ttl: number;
  /** Both ends inclusive. */
  readonly ip_local_port_first: number;
  readonly ip_local_port_last: number;
  /** Ports that nobody is given unasked; null for none. */
  readonly reservedPorts: ReservedPorts | null;
  /** 0: packets may not be cut, so that paths tell their MTU. */
  readonly ip_no_pmtu_disc: number;
  readonly ip_nonlocal_bind: number;
  readonly ip_unprivileged_port_start: number;
  readonly somaxconn: number;
  readonly rmem_default: number;
  readonly wmem_default: number;
  readonly tcp_abort_on_overflow: number;
  readonly tcp_ecn: number;
  readonly tcp_fin_timeout: number;
  readonly tcp_keepalive_intvl: number;
  readonly tcp_keepalive_probes: number;
  readonly tcp_keepalive_time: number;
  readonly tcp_max_syn_backlog: number;
  readonly tcp_orphan_retries: number;
  readonly tcp_retries1: number;
  readonly tcp_retries2: number;
  readonly tcp_rfc1337: number;
  readonly tcp_rmem_default: number;
  readonly tcp_rmem_max: number;
  readonly tcp_sack: number;
  readonly tcp_slow_start_after_idle: number;
  readonly tcp_syn_retries: number;
  readonly tcp_synack_retries: number;
  readonly tcp_syncookies: number;
  readonly tcp_timestamps: number;
  readonly tcp_tw_reuse: number;
  readonly tcp_window_scaling: number;
  readonly tcp_wmem_default: number;
  readonly tcp_wmem_max: number;

  constructor(values: SysctlNumbers) {
    const ip = "net/ipv4/";
    this.ip_default_ttl = values.of(`${ip}ip_default_ttl`);
    this.ip_local_port_first = values.of(`${ip}ip_local_port_range`, 0);
    this.ip_local_port_last = values.of(`${ip}ip_local_port_range`, 1);
    const reserved = values.text(`${ip}ip_local_reserved_ports`);
    this.reservedPorts = reserved === "" ? null : new ReservedPorts(reserved);
    this.ip_no_pmtu_disc = values.of(`${ip}ip_no_pmtu_disc`);
    this.ip_nonlocal_bind = values.of(`${ip}ip_nonlocal_bind`);
    this.ip_unprivileged_port_start = values.of(`${ip}ip_unprivileged_port_start`);
    this.somaxconn = values.of("net/core/somaxconn");
    this.rmem_default = values.of("net/core/rmem_default");
    this.wmem_default = values.of("net/core/wmem_default");
    this.tcp_abort_on_overflow = values.of(`${ip}tcp_abort_on_overflow`);
    this.tcp_ecn = values.of(`${ip}tcp_ecn`);
    this.tcp_fin_timeout = values.of(`${ip}tcp_fin_timeout`);
    this.tcp_keepalive_intvl = values.of(`${ip}tcp_keepalive_intvl`);
    this.tcp_keepalive_probes = values.of(`${ip}tcp_keepalive_probes`);
    this.tcp_keepalive_time = values.of(`${ip}tcp_keepalive_time`);
    this.tcp_max_syn_backlog = values.of(`${ip}tcp_max_syn_backlog`);
    this.tcp_orphan_retries = values.of(`${ip}tcp_orphan_retries`);
    this.tcp_retries1 = values.of(`${ip}tcp_retries1`);
    this.tcp_retries2 = values.of(`${ip}tcp_retries2`);
    this.tcp_rfc1337 = values.of(`${ip}tcp_rfc1337`);
    this.tcp_rmem_default = values.of(`${ip}tcp_rmem`, 1);
    this.tcp_rmem_max = values.of(`${ip}tcp_rmem`, 2);
    this.tcp_sack = values.of(`${ip}tcp_sack`);
    this.tcp_slow_start_after_idle = values.of(`${ip}tcp_slow_start_after_idle`);
    this.tcp_syn_retries = values.of(`${ip}tcp_syn_retries`);
    this.tcp_synack_retries = values.of(`${ip}tcp_synack_retries`);
    this.tcp_syncookies = values.of(`${ip}tcp_syncookies`);
    this.tcp_timestamps = values.of(`${ip}tcp_timestamps`);
    this.tcp_tw_reuse = values.of(`${ip}tcp_tw_reuse`);
    this.tcp_window_scaling = values.of(`${ip}tcp_window_scaling`);
    this.tcp_wmem_default = values.of(`${ip}tcp_wmem`, 1);
    this.tcp_wmem_max = values.of(`${ip}tcp_wmem`, 2);
  }
}
