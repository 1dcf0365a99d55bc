/** net.ipv4.vs.*: what IPVS looks at, as the files hold it (seconds, counts, modes and switches). */
import type { SysctlNumbers } from "./sysctl-numbers.ts";

export class IpvsSysctls {
  readonly amDroprate: number;
  readonly amemthresh: number;
  readonly backupOnly: number;
  readonly cacheBypass: number;
  readonly connReuseMode: number;
  readonly conntrack: number;
  readonly dropEntry: number;
  readonly dropPacket: number;
  readonly expireNodestConn: number;
  readonly expireQuiescentTemplate: number;
  readonly ignoreTunneled: number;
  readonly lblcExpiration: number;
  readonly lblcrExpiration: number;
  readonly natIcmpSend: number;
  readonly pmtuDisc: number;
  readonly runEstimation: number;
  readonly scheduleIcmp: number;
  readonly secureTcp: number;
  readonly sloppySctp: number;
  readonly sloppyTcp: number;
  readonly snatReroute: number;
  readonly syncPersistMode: number;
  readonly syncPorts: number;
  readonly syncQlenMax: number;
  readonly syncRefreshPeriod: number;
  readonly syncRetries: number;
  readonly syncSockSize: number;
  readonly syncVersion: number;
  /** Packets until a connection is first synchronised, and how many there are between two times. */
  readonly syncThreshold: number;
  readonly syncPeriod: number;

  constructor(values: SysctlNumbers) {
    const vs = "net/ipv4/vs/";
    this.amDroprate = values.of(`${vs}am_droprate`);
    this.amemthresh = values.of(`${vs}amemthresh`);
    this.backupOnly = values.of(`${vs}backup_only`);
    this.cacheBypass = values.of(`${vs}cache_bypass`);
    this.connReuseMode = values.of(`${vs}conn_reuse_mode`);
    this.conntrack = values.of(`${vs}conntrack`);
    this.dropEntry = values.of(`${vs}drop_entry`);
    this.dropPacket = values.of(`${vs}drop_packet`);
    this.expireNodestConn = values.of(`${vs}expire_nodest_conn`);
    this.expireQuiescentTemplate = values.of(`${vs}expire_quiescent_template`);
    this.ignoreTunneled = values.of(`${vs}ignore_tunneled`);
    this.lblcExpiration = values.of(`${vs}lblc_expiration`);
    this.lblcrExpiration = values.of(`${vs}lblcr_expiration`);
    this.natIcmpSend = values.of(`${vs}nat_icmp_send`);
    this.pmtuDisc = values.of(`${vs}pmtu_disc`);
    this.runEstimation = values.of(`${vs}run_estimation`);
    this.scheduleIcmp = values.of(`${vs}schedule_icmp`);
    this.secureTcp = values.of(`${vs}secure_tcp`);
    this.sloppySctp = values.of(`${vs}sloppy_sctp`);
    this.sloppyTcp = values.of(`${vs}sloppy_tcp`);
    this.snatReroute = values.of(`${vs}snat_reroute`);
    this.syncPersistMode = values.of(`${vs}sync_persist_mode`);
    this.syncPorts = values.of(`${vs}sync_ports`);
    this.syncQlenMax = values.of(`${vs}sync_qlen_max`);
    this.syncRefreshPeriod = values.of(`${vs}sync_refresh_period`);
    this.syncRetries = values.of(`${vs}sync_retries`);
    this.syncSockSize = values.of(`${vs}sync_sock_size`);
    this.syncVersion = values.of(`${vs}sync_version`);
    this.syncThreshold = values.of(`${vs}sync_threshold`, 0);
    this.syncPeriod = values.of(`${vs}sync_threshold`, 1);
  }
}
