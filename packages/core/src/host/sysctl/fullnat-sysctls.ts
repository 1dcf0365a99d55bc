/** What of net.ipv4.vs only a kernel with FULLNAT has: switches, on when not 0, and the ports of local addresses. */
import type { SysctlNumbers } from "./sysctl-numbers.ts";

export class FullNatSysctls {
  readonly conn_expire_tcp_rst: number;
  readonly conn_reused_entry: number;
  readonly fast_xmit: number;
  readonly fast_xmit_inside: number;
  readonly frag_drop_entry: number;
  /** Both inclusive. */
  readonly lport_max: number;
  readonly lport_min: number;
  /** How many ports are looked at for one connection. */
  readonly lport_tries: number;
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
    this.lport_max = values.of(`${vs}lport_max`);
    this.lport_min = values.of(`${vs}lport_min`);
    this.lport_tries = values.of(`${vs}lport_tries`);
    this.mss_adjust_entry = values.of(`${vs}mss_adjust_entry`);
    this.tcp_drop_entry = values.of(`${vs}tcp_drop_entry`);
    this.timestamp_remove_entry = values.of(`${vs}timestamp_remove_entry`);
    this.toa_entry = values.of(`${vs}toa_entry`);
    this.udp_drop_entry = values.of(`${vs}udp_drop_entry`);
  }
}
