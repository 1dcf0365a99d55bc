/** net.ipv4.vs.synproxy_*, as the files hold them. */
import type { SysctlNumbers } from "./sysctl-numbers.ts";

export class SynProxySysctls {
  readonly ack_skb_store_thresh: number;
  readonly ack_storm_thresh: number;
  readonly conn_reuse: number;
  readonly conn_reuse_close: number;
  readonly conn_reuse_close_wait: number;
  readonly conn_reuse_fin_wait: number;
  readonly conn_reuse_last_ack: number;
  readonly conn_reuse_time_wait: number;
  readonly defer: number;
  readonly init_mss: number;
  readonly sack: number;
  readonly syn_retry: number;
  readonly synack_ttl: number;
  readonly timestamp: number;
  /** The shift count that clients are told; 0: none is told. */
  readonly wscale: number;

  constructor(values: SysctlNumbers) {
    const synproxy = "net/ipv4/vs/synproxy_";
    this.ack_skb_store_thresh = values.of(`${synproxy}ack_skb_store_thresh`);
    this.ack_storm_thresh = values.of(`${synproxy}ack_storm_thresh`);
    this.conn_reuse = values.of(`${synproxy}conn_reuse`);
    this.conn_reuse_close = values.of(`${synproxy}conn_reuse_close`);
    this.conn_reuse_close_wait = values.of(`${synproxy}conn_reuse_close_wait`);
    this.conn_reuse_fin_wait = values.of(`${synproxy}conn_reuse_fin_wait`);
    this.conn_reuse_last_ack = values.of(`${synproxy}conn_reuse_last_ack`);
    this.conn_reuse_time_wait = values.of(`${synproxy}conn_reuse_time_wait`);
    this.defer = values.of(`${synproxy}defer`);
    this.init_mss = values.of(`${synproxy}init_mss`);
    this.sack = values.of(`${synproxy}sack`);
    this.syn_retry = values.of(`${synproxy}syn_retry`);
    this.synack_ttl = values.of(`${synproxy}synack_ttl`);
    this.timestamp = values.of(`${synproxy}timestamp`);
    this.wscale = values.of(`${synproxy}wscale`);
  }
}
