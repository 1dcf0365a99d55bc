/** What a SYN proxy counts (the fork's /proc/net/ip_vs_ext_stats), under the fork's names. */
import { TcpConnectionState } from "../protocol/tcp-state-table.ts";

export class SynProxyCounters {
  /** Servers that answered our SYN with RST. */
  synproxy_rs_error = 0;
  /** Segments without data that vs.synproxy_defer refused. */
  synproxy_null_ack = 0;
  synproxy_bad_ack = 0;
  synproxy_ok_ack = 0;
  synproxy_syn_cnt = 0;
  synproxy_ackstorm = 0;
  /** Connections that wait for their server's SYN+ACK. */
  synproxy_synsend_qlen = 0;
  /** Entries that were over and begun anew, by their state. */
  synproxy_conn_reused = 0;
  synproxy_conn_reused_close = 0;
  synproxy_conn_reused_timewait = 0;
  synproxy_conn_reused_finwait = 0;
  synproxy_conn_reused_closewait = 0;
  synproxy_conn_reused_lastack = 0;

  countReuse(state: number): void {
    this.synproxy_conn_reused++;
    switch (state) {
      case TcpConnectionState.close:
        this.synproxy_conn_reused_close++;
        return;
      case TcpConnectionState.timeWait:
        this.synproxy_conn_reused_timewait++;
        return;
      case TcpConnectionState.finWait:
        this.synproxy_conn_reused_finwait++;
        return;
      case TcpConnectionState.closeWait:
        this.synproxy_conn_reused_closewait++;
        return;
      case TcpConnectionState.lastAck:
        this.synproxy_conn_reused_lastack++;
    }
  }
}
