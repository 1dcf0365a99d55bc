/** net.ipv4.vs.*: what IPVS looks at, as the files hold it (seconds, counts, modes and switches). */
import type { SysctlNumbers } from "./sysctl-numbers.ts";

export class IpvsSysctls {
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
  readonly lblc_expiration: number;
  readonly lblcr_expiration: number;
  readonly nat_icmp_send: number;
  readonly pmtu_disc: number;
  readonly run_estimation: number;
  readonly schedule_icmp: number;
  readonly secure_tcp: number;
  readonly sloppy_sctp: number;
  readonly sloppy_tcp: number;
  readonly snat_reroute: number;
  readonly sync_persist_mode: number;
  readonly sync_ports: number;
  readonly sync_qlen_max: number;
  readonly sync_refresh_period: number;
  readonly sync_retries: number;
  readonly sync_sock_size: number;
  readonly sync_version: number;
  /** Packets until a connection is first synchronised, and how many there are between two times. */
  readonly sync_threshold: number;
  readonly sync_period: number;

  constructor(values: SysctlNumbers) {
    const vs = "net/ipv4/vs/";
    this.am_droprate = values.of(`${vs}am_droprate`);
    this.amemthresh = values.of(`${vs}amemthresh`);
    this.backup_only = values.of(`${vs}backup_only`);
    this.cache_bypass = values.of(`${vs}cache_bypass`);
    this.conn_reuse_mode = values.of(`${vs}conn_reuse_mode`);
    this.conntrack = values.of(`${vs}conntrack`);
    this.drop_entry = values.of(`${vs}drop_entry`);
    this.drop_packet = values.of(`${vs}drop_packet`);
    this.expire_nodest_conn = values.of(`${vs}expire_nodest_conn`);
    this.expire_quiescent_template = values.of(`${vs}expire_quiescent_template`);
    this.ignore_tunneled = values.of(`${vs}ignore_tunneled`);
    this.lblc_expiration = values.of(`${vs}lblc_expiration`);
    this.lblcr_expiration = values.of(`${vs}lblcr_expiration`);
    this.nat_icmp_send = values.of(`${vs}nat_icmp_send`);
    this.pmtu_disc = values.of(`${vs}pmtu_disc`);
    this.run_estimation = values.of(`${vs}run_estimation`);
    this.schedule_icmp = values.of(`${vs}schedule_icmp`);
    this.secure_tcp = values.of(`${vs}secure_tcp`);
    this.sloppy_sctp = values.of(`${vs}sloppy_sctp`);
    this.sloppy_tcp = values.of(`${vs}sloppy_tcp`);
    this.snat_reroute = values.of(`${vs}snat_reroute`);
    this.sync_persist_mode = values.of(`${vs}sync_persist_mode`);
    this.sync_ports = values.of(`${vs}sync_ports`);
    this.sync_qlen_max = values.of(`${vs}sync_qlen_max`);
    this.sync_refresh_period = values.of(`${vs}sync_refresh_period`);
    this.sync_retries = values.of(`${vs}sync_retries`);
    this.sync_sock_size = values.of(`${vs}sync_sock_size`);
    this.sync_version = values.of(`${vs}sync_version`);
    this.sync_threshold = values.of(`${vs}sync_threshold`, 0);
    this.sync_period = values.of(`${vs}sync_threshold`, 1);
  }
}
