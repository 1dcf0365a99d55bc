/** What programs look at outside net.ipv4: net.core, br_netfilter's, and the switches that say that IPv6 is off. */
import { int, type SysctlFile, text } from "./sysctl-file.ts";

/** br_netfilter's, which are there while that module is loaded. */
export const BRIDGE_FILES = "net/bridge/";

export const OTHER_FILES: Readonly<Record<string, SysctlFile>> = {
  "net/bridge/bridge-nf-call-arptables": int(1),
  "net/bridge/bridge-nf-call-ip6tables": int(1),
  "net/bridge/bridge-nf-call-iptables": int(1),
  "net/bridge/bridge-nf-filter-pppoe-tagged": int(0),
  "net/bridge/bridge-nf-filter-vlan-tagged": int(0),
  "net/bridge/bridge-nf-pass-vlan-input-dev": int(0),
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
