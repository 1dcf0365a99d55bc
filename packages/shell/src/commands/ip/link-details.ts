/** What `ip -d link` says of a device's kind (`print_linktype`), and of a bridge's port. */
import { type BridgeDetails, type DeviceConfig, type MacAddress, TunnelDevice } from "@lvsim/core";
import { kindWord, type LinkView } from "./link-view.ts";
import type { Printer } from "./printer.ts";
import { printTunnelDetails } from "./tunnel-details.ts";

type Fields = readonly (readonly [key: string, words: string, value: string | number])[];

export function printKind(printer: Printer, view: LinkView, newline: string): void {
  const { config, device } = view;
  const kind = kindWord(config);
  if (kind === "") return;
  printer.field("info_kind", kind, `${newline}    ${kind} `);
  const { details } = config;
  if (device instanceof TunnelDevice)
    return printer.object("info_data", () => printTunnelDetails(printer, device));
  const tunnel = TUNNELS.get(kind);
  if (tunnel !== undefined) printer.say(`${tunnel} `);
  if (details === null) return;
  printer.object("info_data", () => {
    if (details.kind === "bridge") printFields(printer, bridgeFields(details, config.mac));
    else if (details.kind === "vlan") {
      printFields(printer, [
        ["protocol", "protocol", "802.1Q"],
        ["id", "id", details.id],
      ]);
      printer.note("flags", ["REORDER_HDR"]);
      printer.say("<REORDER_HDR> ");
    } else if (details.kind === "macvlan")
      printFields(printer, [
        ["mode", "mode", details.mode],
        ["bcqueuelen", "bcqueuelen", 1000],
        ["usedbcqueuelen", "usedbcqueuelen", 1000],
      ]);
  });
}

const TUNNELS: ReadonlyMap<string, string> = new Map([
  ["gretap", "remote any local any ttl inherit nopmtudisc"],
  ["erspan", "remote any local any ttl inherit nopmtudisc"],
]);

function printFields(printer: Printer, fields: Fields): void {
  for (const [key, words, value] of fields) printer.field(key, value, `${words} ${value} `);
}

/** `8000.2:0:0:0:0:1`, as iproute2 writes a bridge's identity. */
function bridgeId(priority: number, mac: MacAddress): string {
  const octets = mac.toString(16).padStart(12, "0").match(/../g) ?? [];
  const digits = octets.map((octet) => Number.parseInt(octet, 16).toString(16));
  return `${priority.toString(16).padStart(4, "0")}.${digits.join(":")}`;
}

/** Multicast and VLAN filtering as the kernel sets them; lvsim does neither. */
function bridgeFields(details: BridgeDetails, mac: MacAddress): Fields {
  const own = bridgeId(details.priority, mac);
  const stop = "   0.00";
  return [
    ["forward_delay", "forward_delay", details.forwardDelay],
    ["hello_time", "hello_time", details.helloTime],
    ["max_age", "max_age", details.maxAge],
    ["ageing_time", "ageing_time", details.ageingTime],
    ["stp_state", "stp_state", details.stp ? 1 : 0],
    ["priority", "priority", details.priority],
    ["vlan_filtering", "vlan_filtering", 0],
    ["vlan_protocol", "vlan_protocol", "802.1Q"],
    ["bridge_id", "bridge_id", own],
    ["root_id", "designated_root", own],
    ["root_port", "root_port", 0],
    ["root_path_cost", "root_path_cost", 0],
    ["topology_change", "topology_change", 0],
    ["topology_change_detected", "topology_change_detected", 0],
    ["hello_timer", "hello_timer", stop],
    ["tcn_timer", "tcn_timer", stop],
    ["topology_change_timer", "topology_change_timer", stop],
    ["gc_timer", "gc_timer", stop],
    ["vlan_default_pvid", "vlan_default_pvid", 1],
    ["vlan_stats_enabled", "vlan_stats_enabled", 0],
    ["vlan_stats_per_port", "vlan_stats_per_port", 0],
    ["group_fwd_mask", "group_fwd_mask", "0"],
    ["group_addr", "group_address", "01:80:c2:00:00:00"],
    ["mcast_snooping", "mcast_snooping", 1],
    ["no_linklocal_learn", "no_linklocal_learn", 0],
    ["mcast_vlan_snooping", "mcast_vlan_snooping", 0],
    ["mcast_router", "mcast_router", 1],
    ["mcast_query_use_ifaddr", "mcast_query_use_ifaddr", 0],
    ["mcast_querier", "mcast_querier", 0],
    ["mcast_hash_elasticity", "mcast_hash_elasticity", 16],
    ["mcast_hash_max", "mcast_hash_max", 4096],
    ["mcast_last_member_cnt", "mcast_last_member_count", 2],
    ["mcast_startup_query_cnt", "mcast_startup_query_count", 2],
    ["mcast_last_member_intvl", "mcast_last_member_interval", 100],
    ["mcast_membership_intvl", "mcast_membership_interval", 26000],
    ["mcast_querier_intvl", "mcast_querier_interval", 25500],
    ["mcast_query_intvl", "mcast_query_interval", 12500],
    ["mcast_query_response_intvl", "mcast_query_response_interval", 1000],
    ["mcast_startup_query_intvl", "mcast_startup_query_interval", 3125],
    ["mcast_stats_enabled", "mcast_stats_enabled", 0],
    ["mcast_igmp_version", "mcast_igmp_version", 2],
    ["mcast_mld_version", "mcast_mld_version", 1],
    ["nf_call_iptables", "nf_call_iptables", details.callIptables ? 1 : 0],
    ["nf_call_ip6tables", "nf_call_ip6tables", 0],
    ["nf_call_arptables", "nf_call_arptables", 0],
  ];
}

export function printSlave(printer: Printer, view: LinkView, newline: string): void {
  const { port } = view.config;
  if (port === null) return;
  printer.field("info_slave_kind", "bridge", `${newline}    bridge_slave `);
  const isUp = view.device.up && view.device.carrier;
  printer.object("info_slave_data", () => {
    printFields(printer, portFields(port, isUp));
  });
}

type Port = NonNullable<DeviceConfig["port"]>;

const onOff = (value: boolean): string => (value ? "on" : "off");

function portFields(port: Port, isUp: boolean): Fields {
  const number = port.number.toString(16);
  return [
    ["state", "state", isUp ? "forwarding" : "disabled"],
    ["priority", "priority", port.priority],
    ["cost", "cost", port.cost],
    ["hairpin", "hairpin", onOff(port.hairpin)],
    ["guard", "guard", "off"],
    ["root_block", "root_block", "off"],
    ["fastleave", "fastleave", "off"],
    ["learning", "learning", onOff(port.learning)],
    ["flood", "flood", onOff(port.flood)],
    ["id", "port_id", `0x${(port.priority * 1024 + port.number).toString(16)}`],
    ["no", "port_no", `0x${number}`],
    ["proxy_arp", "proxy_arp", "off"],
    ["proxy_arp_wifi", "proxy_arp_wifi", "off"],
    ["mcast_flood", "mcast_flood", "on"],
    ["bcast_flood", "bcast_flood", "on"],
    ["mcast_to_unicast", "mcast_to_unicast", "off"],
    ["neigh_suppress", "neigh_suppress", "off"],
    ["vlan_tunnel", "vlan_tunnel", "off"],
    ["isolated", "isolated", onOff(port.isolated)],
    ["locked", "locked", "off"],
  ];
}
