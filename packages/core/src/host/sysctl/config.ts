/**
 * /proc/sys/net as immutable values, under the kernel's own names; defaults and the rules that join `all` with a
 * device are in this folder too (Documentation/networking/ip-sysctl.rst).
 */

/** net.ipv4.conf.<device>.*: plain numbers, as the files hold them. */
export interface InterfaceSysctls {
  readonly accept_local: number;
  readonly accept_redirects: number;
  readonly accept_source_route: number;
  readonly arp_accept: number;
  readonly arp_announce: number;
  readonly arp_evict_nocarrier: number;
  readonly arp_filter: number;
  readonly arp_ignore: number;
  readonly arp_notify: number;
  readonly bc_forwarding: number;
  readonly bootp_relay: number;
  readonly disable_policy: number;
  readonly disable_xfrm: number;
  readonly drop_gratuitous_arp: number;
  readonly drop_unicast_in_l2_multicast: number;
  readonly force_igmp_version: number;
  readonly forwarding: number;
  /** Milliseconds. */
  readonly igmpv2_unsolicited_report_interval: number;
  /** Milliseconds. */
  readonly igmpv3_unsolicited_report_interval: number;
  readonly ignore_routes_with_linkdown: number;
  readonly log_martians: number;
  readonly mc_forwarding: number;
  readonly medium_id: number;
  readonly promote_secondaries: number;
  readonly proxy_arp: number;
  readonly proxy_arp_pvlan: number;
  readonly route_localnet: number;
  readonly rp_filter: number;
  readonly secure_redirects: number;
  readonly send_redirects: number;
  readonly shared_media: number;
  readonly src_valid_mark: number;
  readonly tag: number;
}

/** net.ipv4.neigh.<device>.*: milliseconds, counts and seconds as the files hold them. */
export interface NeighbourSysctls {
  /** In hundredths of a second (USER_HZ). */
  readonly anycast_delay: number;
  readonly app_solicit: number;
  readonly base_reachable_time_ms: number;
  readonly delay_first_probe_time: number;
  readonly gc_stale_time: number;
  readonly interval_probe_time_ms: number;
  /** In hundredths of a second (USER_HZ). */
  readonly locktime: number;
  readonly mcast_resolicit: number;
  readonly mcast_solicit: number;
  /** In hundredths of a second (USER_HZ). */
  readonly proxy_delay: number;
  readonly proxy_qlen: number;
  readonly retrans_time_ms: number;
  readonly ucast_solicit: number;
  readonly unres_qlen_bytes: number;
}

export interface SysctlConfig {
  /** net.ipv4.*, net.core.* and net.ipv4.vs.* by path below /proc/sys, as `net/ipv4/icmp_ratemask`; only what was changed. */
  readonly values: Readonly<Record<string, string>>;
  /** net.ipv4.conf: `all`, `default`, and devices that differ from the kernel's defaults; the others have no entry. */
  readonly conf: Readonly<Record<string, InterfaceSysctls>>;
  /** net.ipv4.neigh: `default`, and devices that differ from the kernel's defaults; the others have no entry. */
  readonly neigh: Readonly<Record<string, NeighbourSysctls>>;
}
