/** How `ifconfig` and `netstat -i` show interfaces (`ife_print_long`, `ife_print_short`). */
import {
  DeviceErrors,
  formatIpv4Address,
  formatMacAddress,
  type HostDevice,
  prefixMask,
  TunnelDevice,
} from "@lvsim/core";
import { DeviceFlag, deviceFlags } from "../device-facts.ts";
import type { Interface } from "./interface.ts";

/** In the order in which net-tools names them. */
const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [DeviceFlag.up, "UP"],
  [DeviceFlag.broadcast, "BROADCAST"],
  [DeviceFlag.loopback, "LOOPBACK"],
  [DeviceFlag.pointToPoint, "POINTOPOINT"],
  [DeviceFlag.running, "RUNNING"],
  [DeviceFlag.noArp, "NOARP"],
  [DeviceFlag.promiscuous, "PROMISC"],
  [DeviceFlag.allMulticast, "ALLMULTI"],
  [DeviceFlag.multicast, "MULTICAST"],
];

/** The flags that fit into the ioctl's 16 bits. */
const shownFlags = (device: HostDevice): number => deviceFlags(device) & 0xffff;

export function interfaceText(shown: Interface): string {
  const { address, device, name } = shown;
  const flags = shownFlags(device);
  const names = FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, flag]) => flag);
  let text = `${name}: flags=${flags}<${names.join(",")}>  mtu ${device.mtu}\n`;
  if (address !== null) {
    text += `        inet ${formatIpv4Address(address.local)}`;
    text += `  netmask ${formatIpv4Address(prefixMask(address.prefixLength))}`;
    if ((flags & DeviceFlag.broadcast) !== 0)
      text += `  broadcast ${formatIpv4Address(address.broadcast ?? NO_BROADCAST)}`;
    if ((flags & DeviceFlag.pointToPoint) !== 0)
      text += `  destination ${formatIpv4Address(address.peer)}`;
    text += "\n";
  }
  text += hardwareLine(device);
  if (shown.hasStatistics) text += counterLines(device);
  return `${text}\n`;
}

const NO_BROADCAST = 0 as Parameters<typeof formatIpv4Address>[0];

/** What net-tools prints of a hardware type that it doesn't know: 16 octets, most of which nobody ever wrote. */
/** Sixteen octets of which a GRE device's own address are the first. */
function unspecified(device: HostDevice): string {
  const address = device instanceof TunnelDevice ? device.parameters.local >>> 0 : 0;
  const octets = address.toString(16).toUpperCase().padStart(8, "0").match(/../g) ?? [];
  return [...octets, ...Array.from({ length: 12 }, () => "00")].join("-");
}

function hardwareLine(device: HostDevice): string {
  const queue = `txqueuelen ${device.txQueueLength}`;
  if (device.kind === "loopback") return `        loop  ${queue}  (Local Loopback)\n`;
  if (device.kind === "ipip") return `        tunnel   ${queue}  (IPIP Tunnel)\n`;
  if (device.kind === "gre") return `        unspec ${unspecified(device)}  ${queue}  (UNSPEC)\n`;
  return `        ether ${formatMacAddress(device.mac)}  ${queue}  (Ethernet)\n`;
}

const NO_ERRORS = new DeviceErrors();

function counterLines({ counters }: HostDevice): string {
  const errors = counters.errors ?? NO_ERRORS;
  const { receiveErrors, crcErrors, frameErrors, fifoErrors } = errors;
  const { sendErrors, carrierErrors, collisions } = errors;
  const received = `${counters.receivedOctets} (${humanOctets(counters.receivedOctets)})`;
  const sent = `${counters.sentOctets} (${humanOctets(counters.sentOctets)})`;
  return [
    `        RX packets ${counters.receivedPackets}  bytes ${received}\n`,
    `        RX errors ${receiveErrors}  dropped ${counters.receiveDrops}  overruns ${fifoErrors}  frame ${crcErrors + frameErrors}\n`,
    `        TX packets ${counters.sentPackets}  bytes ${sent}\n`,
    `        TX errors ${sendErrors}  dropped ${counters.sendDrops} overruns 0  carrier ${carrierErrors}  collisions ${collisions}\n`,
  ].join("");
}

const UNITS = ["PiB", "TiB", "GiB", "MiB", "KiB"];

/** One digit behind the point, cut off. */
function humanOctets(octets: number): string {
  for (let i = 0; i < UNITS.length; i++) {
    const size = 1024 ** (UNITS.length - i);
    if (octets > size) {
      const tenths = Math.floor((octets * 10) / size);
      return `${Math.floor(tenths / 10)}.${tenths % 10} ${UNITS[i]}`;
    }
  }
  return `${octets}.0 B`;
}

const COLUMNS = "    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n";
/** The heads differ in width, as they do in net-tools. */
export const SHORT_HEAD = `Iface      MTU${COLUMNS}`;
export const TABLE_HEAD = `Kernel Interface table\nIface             MTU${COLUMNS}`;

const SHORT_FLAGS: readonly (readonly [number, string])[] = [
  [DeviceFlag.broadcast, "B"],
  [DeviceFlag.loopback, "L"],
  [DeviceFlag.multicast, "M"],
  [DeviceFlag.noArp, "O"],
  [DeviceFlag.pointToPoint, "P"],
  [DeviceFlag.running, "R"],
  [DeviceFlag.up, "U"],
];

export function shortLine({ device, hasStatistics, name }: Interface): string {
  const flags = shownFlags(device);
  const letters = SHORT_FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, letter]) => letter);
  const head = `${name.padEnd(15)} ${String(device.mtu).padStart(5)} `;
  if (!hasStatistics)
    return `${head}     - no statistics available -                        ${letters.join("")}\n`;
  const { counters } = device;
  const column = (value: number, width: number): string => String(value).padStart(width);
  const { receiveErrors, fifoErrors, sendErrors } = counters.errors ?? NO_ERRORS;
  const half = (ok: number, drops: number): string =>
    `${column(ok, 8)} ${column(receiveErrors, 6)} ${column(drops, 6)} ${String(fifoErrors).padEnd(6)}`;
  return (
    `${head}${half(counters.receivedPackets, counters.receiveDrops)} ` +
    `${column(counters.sentPackets, 8)} ${column(sendErrors, 6)} ${column(counters.sendDrops, 6)} ${column(0, 6)} ` +
    `${letters.join("")}\n`
  );
}
