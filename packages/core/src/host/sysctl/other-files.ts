/** What programs look at outside net.ipv4: net.core and the switches that say that IPv6 is off. */
import { int, type SysctlFile, text } from "./sysctl-file.ts";

export const OTHER_FILES: Readonly<Record<string, SysctlFile>> = {
  "net/core/default_qdisc": text("pfifo_fast"),
  "net/core/netdev_budget": int(300),
  "net/core/netdev_max_backlog": int(1000),
  "net/core/optmem_max": int(20480, 0),
  "net/core/rmem_default": int(212992, 2304),
  "net/core/rmem_max": int(212992, 2304),
  "net/core/somaxconn": int(4096, 0),
  "net/core/wmem_default": int(212992, 4608),
  "net/core/wmem_max": int(212992, 4608),
  "net/ipv6/conf/all/disable_ipv6": int(1),
  "net/ipv6/conf/all/forwarding": int(0),
  "net/ipv6/conf/default/disable_ipv6": int(1),
};
