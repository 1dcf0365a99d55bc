/**
 * What a network namespace of Linux 6.1 starts with under net.ipv4.conf and net.ipv4.neigh. The values are frozen and
 * shared: whoever changes one puts a copy in its place, so that a thousand untouched devices cost one object.
 */
import type { InterfaceSysctls, NeighbourSysctls, SysctlConfig } from "./config.ts";

export const DEFAULT_INTERFACE_SYSCTLS: InterfaceSysctls = Object.freeze({
  accept_local: 0,
  accept_redirects: 1,
  accept_source_route: 0,
  arp_accept: 0,
  arp_announce: 0,
  arp_evict_nocarrier: 1,
  arp_filter: 0,
  arp_ignore: 0,
  arp_notify: 0,
  bc_forwarding: 0,
  bootp_relay: 0,
  disable_policy: 0,
  disable_xfrm: 0,
  drop_gratuitous_arp: 0,
  drop_unicast_in_l2_multicast: 0,
  force_igmp_version: 0,
  forwarding: 0,
  igmpv2_unsolicited_report_interval: 10000,
  igmpv3_unsolicited_report_interval: 1000,
  ignore_routes_with_linkdown: 0,
  log_martians: 0,
  mc_forwarding: 0,
  medium_id: 0,
  promote_secondaries: 0,
  proxy_arp: 0,
  proxy_arp_pvlan: 0,
  route_localnet: 0,
  rp_filter: 0,
  secure_redirects: 1,
  send_redirects: 1,
  shared_media: 1,
  src_valid_mark: 0,
  tag: 0,
});

/** conf.default takes source routes; conf.all says no, and both must agree. */
export const DEFAULT_TEMPLATE_SYSCTLS: InterfaceSysctls = Object.freeze({
  ...DEFAULT_INTERFACE_SYSCTLS,
  accept_source_route: 1,
});

/** What IPsec is told about lo. */
export const LOOPBACK_INTERFACE_SYSCTLS: InterfaceSysctls = Object.freeze({
  ...DEFAULT_TEMPLATE_SYSCTLS,
  disable_policy: 1,
  disable_xfrm: 1,
});

export const DEFAULT_NEIGHBOUR_SYSCTLS: NeighbourSysctls = Object.freeze({
  anycast_delay: 100,
  app_solicit: 0,
  base_reachable_time_ms: 30000,
  delay_first_probe_time: 5,
  gc_stale_time: 60,
  interval_probe_time_ms: 5000,
  locktime: 100,
  mcast_resolicit: 0,
  mcast_solicit: 3,
  proxy_delay: 80,
  proxy_qlen: 64,
  retrans_time_ms: 1000,
  ucast_solicit: 3,
  unres_qlen_bytes: 212992,
});

/** Of a namespace in which nothing was set, as are the directories below. */
export const NO_VALUES: Readonly<Record<string, string>> = Object.freeze({});

/** The directories of every namespace until somebody writes to one: while they are these very objects nothing was set. */
export const FIRST_CONF: SysctlConfig["conf"] = Object.freeze({
  all: DEFAULT_INTERFACE_SYSCTLS,
  default: DEFAULT_TEMPLATE_SYSCTLS,
  lo: LOOPBACK_INTERFACE_SYSCTLS,
});
export const FIRST_NEIGH: SysctlConfig["neigh"] = Object.freeze({
  default: DEFAULT_NEIGHBOUR_SYSCTLS,
});

/** The sysctls of a namespace in which nothing was set. */
export const initialSysctls = (): SysctlConfig => ({
  values: NO_VALUES,
  conf: FIRST_CONF,
  neigh: FIRST_NEIGH,
});
