/** net.ipv4.vs.* that only a kernel with FULLNAT has (Alibaba's fork), beside mainline's. */
import { int, type SysctlFile } from "./sysctl-file.ts";

/** On at the start; anything but 0 is on. */
const on = (): SysctlFile => int(1);

export const FULLNAT_FILES: Readonly<Record<string, SysctlFile>> = {
  "net/ipv4/vs/conn_expire_tcp_rst": on(),
  "net/ipv4/vs/conn_reused_entry": on(),
  // checksums cost nothing here: it is kept and nobody reads it
  "net/ipv4/vs/csum_offload": on(),
  "net/ipv4/vs/fast_xmit": on(),
  "net/ipv4/vs/fast_xmit_inside": on(),
  "net/ipv4/vs/frag_drop_entry": on(),
  "net/ipv4/vs/lport_max": int(65535, 1025, 65535),
  "net/ipv4/vs/lport_min": int(5000, 1025, 65535),
  "net/ipv4/vs/lport_tries": int(10000, 10, 60000),
  "net/ipv4/vs/mss_adjust_entry": on(),
  "net/ipv4/vs/tcp_drop_entry": on(),
  "net/ipv4/vs/timestamp_remove_entry": on(),
  "net/ipv4/vs/toa_entry": on(),
  "net/ipv4/vs/udp_drop_entry": on(),
};
