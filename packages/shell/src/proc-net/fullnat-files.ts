/**
 * /proc/net/ip_vs_ext_stats of a kernel with FULLNAT and /proc/net/toa_stats of the module toa: one processor's counters.
 * What cannot happen here (no memory, offloads), is 0. The width of ip_vs_ext_stats' names is a guess.
 */
import { FullNatCounters, type NetworkNamespace } from "@lvsim/core";

const HEAD = `${" ".repeat(34)}CPU0       \n`;

const table = (width: number, rows: readonly (readonly [string, number])[]): string =>
  HEAD +
  rows.map(([name, value]) => `${name.padEnd(width)}:${String(value).padStart(10)} \n`).join("");

/** In the file's order. */
const EXTENDED = [
  "fullnat_add_toa_ok",
  "fullnat_add_toa_fail_len",
  "fullnat_add_toa_head_full",
  "fullnat_add_toa_fail_mem",
  "fullnat_add_toa_fail_proto",
  "fullnat_conn_reused",
  "fullnat_conn_reused_close",
  "fullnat_conn_reused_timewait",
  "fullnat_conn_reused_finwait",
  "fullnat_conn_reused_closewait",
  "fullnat_conn_reused_lastack",
  "fullnat_conn_reused_estab",
  "synproxy_rs_error",
  "synproxy_null_ack",
  "synproxy_bad_ack",
  "synproxy_ok_ack",
  "synproxy_syn_cnt",
  "synproxy_ackstorm",
  "synproxy_synsend_qlen",
  "synproxy_conn_reused",
  "synproxy_conn_reused_close",
  "synproxy_conn_reused_timewait",
  "synproxy_conn_reused_finwait",
  "synproxy_conn_reused_closewait",
  "synproxy_conn_reused_lastack",
  "defence_ip_frag_drop",
  "defence_ip_frag_gather",
  "defence_tcp_drop",
  "defence_udp_drop",
  "fast_xmit_reject",
  "fast_xmit_pass",
  "fast_xmit_skb_copy",
  "fast_xmit_no_mac",
  "fast_xmit_synproxy_save",
  "fast_xmit_dev_lost",
  "fast_xmit_reject_inside",
  "fast_xmit_pass_inside",
  "rst_in_syn_sent",
  "rst_out_syn_sent",
  "rst_in_established",
  "rst_out_established",
  "gro_pass",
  "lro_reject",
  "xmit_unexpected_mtu",
  "conn_sched_unreach",
];

export function extendedStatistics(namespace: NetworkNamespace): string {
  const { fullNatCounters, synProxyCounters } = namespace.ipvs;
  const counters = new Map<string, number>(
    Object.entries({ ...(fullNatCounters ?? new FullNatCounters()), ...synProxyCounters }),
  );
  return table(
    30,
    EXTENDED.map((name) => [name, counters.get(name) ?? 0]),
  );
}

export function toaStatistics(namespace: NetworkNamespace): string {
  const { toa } = namespace;
  return table(25, [
    ["syn_recv_sock_toa", toa?.syn_recv_sock_toa ?? 0],
    ["syn_recv_sock_no_toa", toa?.syn_recv_sock_no_toa ?? 0],
    ["getname_toa_ok", toa?.getname_toa_ok ?? 0],
    ["getname_toa_mismatch", 0],
    ["getname_toa_bypass", 0],
    ["getname_toa_empty", toa?.getname_toa_empty ?? 0],
  ]);
}
