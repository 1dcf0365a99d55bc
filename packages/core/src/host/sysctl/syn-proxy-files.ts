/** net.ipv4.vs.synproxy_* of a kernel with FULLNAT and a SYN proxy (Alibaba's fork). */
import { int, type SysctlFile } from "./sysctl-file.ts";

const turned = (on: 0 | 1): SysctlFile => int(on, 0, 1);
/** A number of packets or attempts. */
const count = (value: number): SysctlFile => int(value, 0);

export const SYN_PROXY_FILES: Readonly<Record<string, SysctlFile>> = {
  "net/ipv4/vs/synproxy_ack_skb_store_thresh": count(3),
  "net/ipv4/vs/synproxy_ack_storm_thresh": count(10),
  "net/ipv4/vs/synproxy_conn_reuse": turned(1),
  "net/ipv4/vs/synproxy_conn_reuse_close": turned(1),
  "net/ipv4/vs/synproxy_conn_reuse_close_wait": turned(0),
  "net/ipv4/vs/synproxy_conn_reuse_fin_wait": turned(0),
  "net/ipv4/vs/synproxy_conn_reuse_last_ack": turned(0),
  "net/ipv4/vs/synproxy_conn_reuse_time_wait": turned(1),
  "net/ipv4/vs/synproxy_defer": turned(0),
  "net/ipv4/vs/synproxy_init_mss": int(1452, 0, 65_535),
  "net/ipv4/vs/synproxy_sack": turned(1),
  "net/ipv4/vs/synproxy_syn_retry": count(3),
  "net/ipv4/vs/synproxy_synack_ttl": int(63, 1, 255),
  "net/ipv4/vs/synproxy_timestamp": turned(0),
  "net/ipv4/vs/synproxy_wscale": int(0, 0, 14),
};
