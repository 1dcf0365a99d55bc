/**
 * Files of /proc/net about neighbours, routes, devices and iptables, in the kernel's formats (arp.c, fib_trie.c,
 * net-procfs.c). Addresses are hexadecimal in the order of a little-endian machine. Left out: tcp, udp,
 * ip_tables_matches and ip_tables_targets.
 * Files of /proc/net about neighbours, routes and devices, in the kernel's formats (arp.c, fib_trie.c, net-procfs.c).
 * Addresses are hexadecimal in the order of a little-endian machine.
 */
import { DeviceErrors, formatIpv4Address, type NetworkNamespace } from "@lvsim/core";
import { arpRows } from "./arp-rows.ts";
import { fibTrieFile } from "./fib-trie.ts";
import { routeRows } from "./route-rows.ts";
import { netstatFile, snmpFile } from "./snmp.ts";
import { tcpFile, udpFile } from "./socket-files.ts";
import { swappedAddress } from "./swapped-address.ts";

const ARP_HEAD = "IP address       HW type     Flags       HW address            Mask     Device\n";
/** ATF_*. */
const ArpFlag = { complete: 0x2, permanent: 0x4, published: 0x8 } as const;

export function arpFile(namespace: NetworkNamespace): string {
  let text = ARP_HEAD;
  for (const row of arpRows(namespace)) {
    const flags =
      (row.complete ? ArpFlag.complete : 0) |
      (row.permanent ? ArpFlag.permanent : 0) |
      (row.published ? ArpFlag.published : 0);
    const address = formatIpv4Address(row.address).padEnd(16);
    const hardware = row.hardware.toString(16).padEnd(10);
    const flagText = flags.toString(16).padEnd(10);
    text += `${address} 0x${hardware}0x${flagText}${row.mac.padEnd(17)}     *        ${row.device}\n`;
  }
  return text;
}

const ROUTE_HEAD =
  "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
/** Every line of the route file is as wide, in characters. */
const ROUTE_WIDTH = 127;

export function routeFile(namespace: NetworkNamespace): string {
  const lines = routeRows(namespace).map((row) =>
    [
      row.device,
      swappedAddress(row.destination),
      swappedAddress(row.gateway),
      row.flags.toString(16).toUpperCase().padStart(4, "0"),
      0,
      0,
      row.metric,
      swappedAddress(row.mask),
      0,
      0,
      0,
    ].join("\t"),
  );
  return [ROUTE_HEAD, ...lines].map((line) => `${line.padEnd(ROUTE_WIDTH)}\n`).join("");
}

const DEVICE_HEAD =
  "Inter-|   Receive                                                |  Transmit\n" +
  " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";
const RECEIVE_WIDTHS = [7, 7, 4, 4, 4, 5, 10, 9];
const SEND_WIDTHS = [8, 7, 4, 4, 4, 5, 7, 10];

const columns = (values: readonly number[], widths: readonly number[]): string =>
  widths.map((width, i) => String(values[i] ?? 0).padStart(width)).join(" ");

const NO_ERRORS = new DeviceErrors();

export function deviceFile(namespace: NetworkNamespace): string {
  let text = DEVICE_HEAD;
  for (const { counters, name } of namespace.devices()) {
    const { receivedOctets, receivedPackets, receiveDrops } = counters;
    const { sentOctets, sentPackets, sendDrops } = counters;
    const errors = counters.errors ?? NO_ERRORS;
    const { receiveErrors, fifoErrors, crcErrors, frameErrors } = errors;
    const received = [
      ...[receivedOctets, receivedPackets, receiveErrors, receiveDrops],
      ...[fifoErrors, crcErrors + frameErrors],
    ];
    const sent = [
      ...[sentOctets, sentPackets, errors.sendErrors, sendDrops],
      ...[0, errors.collisions, errors.carrierErrors],
    ];
    text += `${name.padStart(6)}: ${columns(received, RECEIVE_WIDTHS)} ${columns(sent, SEND_WIDTHS)}\n`;
  }
  return text;
}

/** The tables that somebody has looked at, the latest first (x_tables.c); iptables-save reads which there are. */
const tableNamesFile = ({ config }: NetworkNamespace): string =>
  Object.keys(config.netfilter.tables)
    .reverse()
    .map((name) => `${name}\n`)
    .join("");

/** By name below /proc/net. */
export const PROC_NET_FILES: ReadonlyMap<string, (namespace: NetworkNamespace) => string> = new Map(
  [
    ["arp", arpFile],
    ["route", routeFile],
    ["snmp", snmpFile],
    ["netstat", netstatFile],
    ["fib_trie", fibTrieFile],
    ["dev", deviceFile],
    ["ip_tables_names", tableNamesFile],
    ["tcp", tcpFile],
    ["udp", udpFile],
  ],
);
