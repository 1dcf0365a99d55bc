/** net.ipv4.vs.* of IPVS in Linux 6.1 (ip_vs_ctl.c); sync_qlen_max depends on the memory and is the recorded machine's. */
import { int, ints, type SysctlFile, seconds } from "./sysctl-file.ts";

/** Modes of defence: 0 off, 1 automatic (now off), 2 automatic (now on), 3 always. */
const defence = (): SysctlFile => int(0, 0, 3);

export const IPVS_FILES: Readonly<Record<string, SysctlFile>> = {
  "net/ipv4/vs/am_droprate": int(10),
  "net/ipv4/vs/amemthresh": int(1024),
  "net/ipv4/vs/backup_only": int(0),
  "net/ipv4/vs/cache_bypass": int(0),
  "net/ipv4/vs/conn_reuse_mode": int(1),
  "net/ipv4/vs/conntrack": int(0),
  "net/ipv4/vs/drop_entry": defence(),
  "net/ipv4/vs/drop_packet": defence(),
  "net/ipv4/vs/expire_nodest_conn": int(0),
  "net/ipv4/vs/expire_quiescent_template": int(0),
  "net/ipv4/vs/ignore_tunneled": int(0),
  "net/ipv4/vs/lblc_expiration": seconds(86400),
  "net/ipv4/vs/lblcr_expiration": seconds(86400),
  "net/ipv4/vs/nat_icmp_send": int(0),
  "net/ipv4/vs/pmtu_disc": int(1),
  "net/ipv4/vs/run_estimation": int(1),
  "net/ipv4/vs/schedule_icmp": int(0),
  "net/ipv4/vs/secure_tcp": defence(),
  "net/ipv4/vs/sloppy_sctp": int(0),
  "net/ipv4/vs/sloppy_tcp": int(0),
  "net/ipv4/vs/snat_reroute": int(1),
  "net/ipv4/vs/sync_persist_mode": int(0),
  "net/ipv4/vs/sync_ports": int(1, 1),
  "net/ipv4/vs/sync_qlen_max": int(15209),
  "net/ipv4/vs/sync_refresh_period": seconds(0),
  "net/ipv4/vs/sync_retries": int(0, 0, 3),
  "net/ipv4/vs/sync_sock_size": int(0),
  "net/ipv4/vs/sync_threshold": ints([3, 50], 0),
  "net/ipv4/vs/sync_version": int(1, 0, 1),
};
