/** What FULLNAT counts (the fork's /proc/net/ip_vs_ext_stats), under the fork's names. Those of its SYN proxy are not here. */
export class FullNatCounters {
  /** The client's address went along in a TCP option. */
  fullnat_add_toa_ok = 0;
  /** It did not: the packet would have been longer than the MTU. */
  fullnat_add_toa_fail_len = 0;
  /** It did not: the TCP header had no room. */
  fullnat_add_toa_head_full = 0;
  /** A client opened another connection from a port whose entry was still there, by that entry's state. */
  fullnat_conn_reused = 0;
  fullnat_conn_reused_close = 0;
  fullnat_conn_reused_timewait = 0;
  fullnat_conn_reused_finwait = 0;
  fullnat_conn_reused_closewait = 0;
  fullnat_conn_reused_lastack = 0;
  fullnat_conn_reused_estab = 0;
  defence_ip_frag_drop = 0;
  defence_tcp_drop = 0;
  defence_udp_drop = 0;
  /** Answers that left without a route, and those that needed one all the same. */
  fast_xmit_pass = 0;
  fast_xmit_reject = 0;
  /** Requests, likewise. */
  fast_xmit_pass_inside = 0;
  fast_xmit_reject_inside = 0;
  /** Resets to servers and to clients whose connection expired. */
  rst_in_established = 0;
  rst_out_established = 0;
}
