/** The switches of net.ipv4.vs that only a kernel with FULLNAT has; not 0 is on. */
import type { SysctlNumbers } from "./sysctl-numbers.ts";

export class FullNatSysctls {
  readonly conn_expire_tcp_rst: number;
  readonly conn_reused_entry: number;
  readonly fast_xmit: number;
  readonly fast_xmit_inside: number;
  readonly frag_drop_entry: number;
  readonly mss_adjust_entry: number;
  readonly tcp_drop_entry: number;
  readonly timestamp_remove_entry: number;
  readonly toa_entry: number;
  readonly udp_drop_entry: number;

  constructor(values: SysctlNumbers) {
    const vs = "net/ipv4/vs/";
    this.conn_expire_tcp_rst = values.of(`${vs}conn_expire_tcp_rst`);
    this.conn_reused_entry = values.of(`${vs}conn_reused_entry`);
    this.fast_xmit = values.of(`${vs}fast_xmit`);
    this.fast_xmit_inside = values.of(`${vs}fast_xmit_inside`);
    this.frag_drop_entry = values.of(`${vs}frag_drop_entry`);
    this.mss_adjust_entry = values.of(`${vs}mss_adjust_entry`);
    this.tcp_drop_entry = values.of(`${vs}tcp_drop_entry`);
    this.timestamp_remove_entry = values.of(`${vs}timestamp_remove_entry`);
    this.toa_entry = values.of(`${vs}toa_entry`);
    this.udp_drop_entry = values.of(`${vs}udp_drop_entry`);
  }
}
