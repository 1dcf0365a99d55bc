/**
 * net.netfilter.nf_conntrack_* of Linux 6.1 (nf_conntrack_standalone.c), as on a machine with 1 to 4 GB of memory. Times are
 * whole seconds. The count is the live table's; whoever shows the file puts it in.
 */
import { int, octet, readOnly, type SysctlFile, unsigned } from "./sysctl-file.ts";

const prefixed = (
  prefix: string,
  timeouts: Readonly<Record<string, number>>,
): Record<string, SysctlFile> =>
  Object.fromEntries(
    Object.entries(timeouts).map(([name, seconds]) => [
      `net/netfilter/nf_conntrack_${prefix}${name}`,
      int(seconds),
    ]),
  );

export const NETFILTER_FILES: Readonly<Record<string, SysctlFile>> = {
  "net/netfilter/nf_conntrack_acct": octet(0, 0, 1),
  "net/netfilter/nf_conntrack_buckets": unsigned(65536),
  "net/netfilter/nf_conntrack_checksum": octet(1, 0, 1),
  "net/netfilter/nf_conntrack_count": readOnly("0"),
  "net/netfilter/nf_conntrack_dccp_loose": octet(1, 0, 1),
  ...prefixed("dccp_timeout_", {
    closereq: 64,
    closing: 64,
    open: 43200,
    partopen: 480,
    request: 240,
    respond: 480,
    timewait: 240,
  }),
  "net/netfilter/nf_conntrack_events": octet(2, 0, 2),
  "net/netfilter/nf_conntrack_expect_max": int(1024),
  "net/netfilter/nf_conntrack_log_invalid": octet(0),
  "net/netfilter/nf_conntrack_max": int(65536),
  ...prefixed("sctp_timeout_", {
    closed: 10,
    cookie_echoed: 3,
    cookie_wait: 3,
    established: 210,
    heartbeat_sent: 30,
    shutdown_ack_sent: 3,
    shutdown_recd: 3,
    shutdown_sent: 3,
  }),
  "net/netfilter/nf_conntrack_tcp_be_liberal": octet(0, 0, 1),
  "net/netfilter/nf_conntrack_tcp_ignore_invalid_rst": octet(0, 0, 1),
  "net/netfilter/nf_conntrack_tcp_loose": octet(1, 0, 1),
  "net/netfilter/nf_conntrack_tcp_max_retrans": octet(3),
  "net/netfilter/nf_conntrack_timestamp": octet(0, 0, 1),
  ...prefixed("", {
    generic_timeout: 600,
    gre_timeout: 30,
    gre_timeout_stream: 180,
    icmp_timeout: 30,
    icmpv6_timeout: 30,
    tcp_timeout_close: 10,
    tcp_timeout_close_wait: 60,
    tcp_timeout_established: 432000,
    tcp_timeout_fin_wait: 120,
    tcp_timeout_last_ack: 30,
    tcp_timeout_max_retrans: 300,
    tcp_timeout_syn_recv: 60,
    tcp_timeout_syn_sent: 120,
    tcp_timeout_time_wait: 120,
    tcp_timeout_unacknowledged: 300,
    udp_timeout: 30,
    udp_timeout_stream: 120,
  }),
  "net/nf_conntrack_max": int(65536),
};
