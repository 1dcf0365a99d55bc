/**
 * `global_defs` and what else is for every process. Read and without effect: mail, SNMP, D-Bus, priorities of processes,
 * memory, namespaces, FIFOs, nftables and iptables chains.
 */
import { type Ipv4Address, isMulticastAddress, parseIpv4Address } from "@lvsim/core";
import {
  count,
  type Entry,
  ignoredKeywords,
  option,
  passOver,
  run,
  timer,
  word,
} from "./entries.ts";
import type { KeepalivedConfig, SyncDaemonSettings } from "./model.ts";
import type { ConfigReader, Keyword } from "./reader.ts";
import { readNumber } from "./values.ts";
import { readStaticItems } from "./vrrp-lists.ts";

const IGNORED = `
  notification_email_from smtp_server smtp_helo_name smtp_connect_timeout email_faults smtp_alert smtp_alert_vrrp
  smtp_alert_checker no_email_faults default_interface_ipv6 vrrp_mcast_group6 lvs_flush_on_stop lvs_netlink_cmd_rcv_bufs
  lvs_netlink_monitor_rcv_bufs vrrp_garp_extra_if vrrp_gna_interval vrrp_iptables vrrp_ipsets vrrp_nftables nftables
  nftables_priority nftables_counters nftables_ifindex nftables_ipvs nftables_ipvs_start_fwmark vrrp_check_unicast_src
  vrrp_notify_priority_changes vrrp_priority vrrp_no_swap vrrp_rt_priority vrrp_rlimit_rttime vrrp_rlimit_rtime
  vrrp_cpu_affinity checker_priority checker_no_swap checker_rt_priority checker_rlimit_rttime checker_rlimit_rtime
  checker_cpu_affinity bfd_priority bfd_no_swap bfd_rt_priority bfd_rlimit_rttime bfd_rlimit_rtime bfd_cpu_affinity
  process_names process_name vrrp_process_name checker_process_name bfd_process_name snmp_socket enable_traps
  enable_snmp_keepalived enable_snmp_vrrp enable_snmp_checker enable_snmp_rfc enable_snmp_rfcv2 enable_snmp_rfcv3
  enable_dbus dbus_service_name dbus_no_interface_name net_namespace net_namespace_ipvs namespace_with_ipsets instance
  use_pid_dir linkbeat_use_polling child_wait_time vrrp_child_wait_time notify_fifo notify_fifo_script vrrp_notify_fifo
  vrrp_notify_fifo_script lvs_notify_fifo lvs_notify_fifo_script notify_priority_changes 
  vrrp_rx_bufs_policy vrrp_rx_bufs_multiplier rs_init_notifies no_checker_emails umask vrrp_netlink_cmd_rcv_bufs
  vrrp_netlink_cmd_rcv_bufs_force vrrp_netlink_monitor_rcv_bufs vrrp_netlink_monitor_rcv_bufs_force
  process_monitor_rcv_bufs process_monitor_rcv_bufs_force lvs_netlink_cmd_rcv_bufs_force
  lvs_netlink_monitor_rcv_bufs_force max_auto_priority min_auto_priority_delay vrrp_track_process reload_time_file
  reload_repeat reload_check_config reload_file startup_script startup_script_timeout shutdown_script
  shutdown_script_timeout data_use_instance state_dump_file stats_dump_file json_version tmp_config_directory
  config_save_dir fifo_write_vrrp_states_on_reload vmac_prefix vmac_addr_prefix iproute_usr_dir iproute_etc_dir
  dynamic_interfaces allow_if_changes  disable_local_igmp log_unknown_vrids debug 
  vrrp_owner_ignore_adverts  use_symlink_paths snmp_vrrp_trap track_process
`;

function globalKeywords(config: KeepalivedConfig): Keyword {
  return {
    sub: new Map([
      ...ignoredKeywords(IGNORED),
      run("notification_email", passOver),
      ...generalEntries(config),
      ...vrrpEntries(config),
      ...garpEntries(config),
    ]),
  };
}

function generalEntries(config: KeepalivedConfig): Entry[] {
  const { global } = config;
  return [
    word("router_id", (value) => {
      global.routerId = value;
    }),
    word("script_user", (value) => {
      global.scriptUser = value;
    }),
    run("enable_script_security", () => {
      global.scriptSecurity = true;
    }),
    word("default_interface", (value) => {
      global.defaultInterface = value;
    }),
    run("lvs_flush", () => {
      global.flushesAtStart = true;
    }),
    option("checker_log_all_failures", (value) => {
      global.logsAllFailures = value;
    }),
    run("lvs_timeouts", (words, reader) => readTimeouts(config, words, reader)),
    run("lvs_sync_daemon", (words, reader) => {
      const settings = readSyncDaemon(words, reader);
      if (settings !== null) global.syncDaemon = settings;
    }),
  ];
}

function vrrpEntries({ global }: KeepalivedConfig): Entry[] {
  return [
    count("vrrp_version", 2, 3, (value) => {
      global.version = value === 3 ? 3 : 2;
    }),
    run("vrrp_mcast_group4", (words, reader) => {
      const group = parseIpv4Address(reader.word(words, 1));
      if (group === undefined || !isMulticastAddress(group))
        reader.report(`Configuration error: Cant parse vrrp_mcast_group4 [${words[1]}]. Skipping`);
      else global.group = group;
    }),
    option("vrrp_lower_prio_no_advert", (value) => {
      global.lowerPriorityNoAdvert = value;
    }),
    option("vrrp_higher_prio_send_advert", (value) => {
      global.higherPrioritySendAdvert = value;
    }),
    run("vrrp_strict", () => {
      global.strict = true;
    }),
    option("vrrp_skip_check_adv_addr", (value) => {
      global.skipsAddressCheck = value;
    }),
    timer("vrrp_startup_delay", (value) => {
      global.startupDelay = value;
    }),
  ];
}

const COUNT_MAX = 0xffffffff;

function garpEntries({ global }: KeepalivedConfig): Entry[] {
  const { garp } = global;
  return [
    timer("vrrp_garp_master_delay", (value) => {
      garp.delay = value;
    }),
    count("vrrp_garp_master_repeat", 1, COUNT_MAX, (value) => {
      garp.repeat = value;
    }),
    timer("vrrp_garp_master_refresh", (value) => {
      garp.refresh = value;
    }),
    count("vrrp_garp_master_refresh_repeat", 1, COUNT_MAX, (value) => {
      garp.refreshRepeat = value;
    }),
    timer("vrrp_garp_lower_prio_delay", (value) => {
      garp.lowerPriorityDelay = value;
    }),
    count("vrrp_garp_lower_prio_repeat", 0, COUNT_MAX, (value) => {
      garp.lowerPriorityRepeat = value;
    }),
    timer("vrrp_garp_interval", (value) => {
      global.garpInterval = value;
    }),
  ];
}

function readTimeouts(
  { global }: KeepalivedConfig,
  words: readonly string[],
  reader: ConfigReader,
): void {
  const made = { tcp: 0, tcpFin: 0, udp: 0, place: reader.place };
  for (let i = 1; i < words.length; i += 2) {
    const name = words[i];
    if (name !== "tcp" && name !== "tcpfin" && name !== "udp") {
      reader.report(`Unknown option ${name} specified for lvs_timeouts`);
      continue;
    }
    const value = readNumber(reader, words, i + 1, 1, 2678400) ?? 0;
    if (name === "tcp") made.tcp = value;
    else if (name === "tcpfin") made.tcpFin = value;
    else made.udp = value;
  }
  global.timeouts = made;
}

/** 224.0.0.81. */
const SYNC_GROUP = (0xe0000051 | 0) as Ipv4Address;

/** `lvs_sync_daemon IF [INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group A]`. */
function readSyncDaemon(words: readonly string[], reader: ConfigReader): SyncDaemonSettings | null {
  const device = reader.word(words, 1);
  const made = { syncId: -1, maxLength: 0, port: 8848, ttl: 1, group: SYNC_GROUP };
  let instance = "";
  for (let i = 2; i < words.length; i++) {
    const word = words[i] as string;
    const number = (min: number, max: number): number | null =>
      readNumber(reader, words, ++i, min, max);
    if (word === "id") made.syncId = number(0, 255) ?? -1;
    else if (word === "maxlen") made.maxLength = number(1, 65507) ?? 0;
    else if (word === "port") made.port = number(1, 65535) ?? 8848;
    else if (word === "ttl") made.ttl = number(1, 255) ?? 1;
    else if (word === "group") made.group = parseIpv4Address(words[++i] ?? "") ?? SYNC_GROUP;
    else if (i === 2) instance = word;
    else if (i === 3 && /^\d+$/.test(word)) made.syncId = Number(word) & 0xff;
    else reader.report(`Unknown option ${word} specified for lvs_sync_daemon`);
  }
  return { interface: device, instance, ...made, place: reader.place };
}

/** Top-level words that every process reads alike. */
export function commonKeywords(config: KeepalivedConfig): Entry[] {
  return [
    ["global_defs", globalKeywords(config)],
    run("static_ipaddress", (_words, reader) => readStaticItems(config, reader, "addresses")),
    run("static_routes", (_words, reader) => readStaticItems(config, reader, "routes")),
    run("static_rules", passOver),
    ...ignoredKeywords("include_check random_seed"),
  ];
}
