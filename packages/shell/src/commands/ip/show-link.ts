/** The lines about a device in `ip link` and `ip addr` (`print_linkinfo`). */
import { type HostDevice, TunnelDevice } from "@lvsim/core";
import {
  DeviceFlag,
  deviceFlags,
  linkAddresses,
  linkTypeOf,
  operationalState,
  shownName,
} from "../device-facts.ts";
import { tunnelDetails } from "./link-tunnel.ts";
import type { IpOptions } from "./options.ts";

/** In the order in which iproute2 names them. */
const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [DeviceFlag.loopback, "LOOPBACK"],
  [DeviceFlag.broadcast, "BROADCAST"],
  [DeviceFlag.pointToPoint, "POINTOPOINT"],
  [DeviceFlag.multicast, "MULTICAST"],
  [DeviceFlag.noArp, "NOARP"],
  [DeviceFlag.up, "UP"],
  [DeviceFlag.lowerUp, "LOWER_UP"],
];

function flagText(device: HostDevice): string {
  const flags = deviceFlags(device);
  const names = FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  const hasNoCarrier = device.up && (flags & DeviceFlag.running) === 0;
  return `<${(hasNoCarrier ? ["NO-CARRIER", ...names] : names).join(",")}>`;
}

/** A device gets its queueing discipline when it goes up first; cables and lo are up from the beginning. */
const queueing = (device: HostDevice): string =>
  device.up || device.kind === "ethernet" || device.kind === "loopback" ? "noqueue" : "noop";

/** What the caller wants of the lines. */
export interface LinkLines {
  /** `ip link` says the mode, `ip addr` doesn't. */
  readonly withMode: boolean;
  /** `ip -4 addr` has no line for the link address. */
  readonly withAddress: boolean;
}

export function linkLines(device: HostDevice, options: IpOptions, lines: LinkLines): string {
  const newline = options.oneLine ? "\\" : "\n";
  const head = `${device.index}: ${shownName(device)}: ${flagText(device)} mtu ${device.mtu} qdisc ${queueing(device)}`;
  const mode = lines.withMode ? " mode DEFAULT" : "";
  let text = `${head} state ${operationalState(device)}${mode} group default qlen 1000`;
  if (lines.withAddress || options.details) {
    const [address, broadcast] = linkAddresses(device);
    const other = device.pointToPoint ? "peer" : "brd";
    text += `${newline}    link/${linkTypeOf(device.kind)} ${address} ${other} ${broadcast}`;
    if (options.details) text += ` ${detailText(device, newline)}`;
  }
  if (options.statistics > 0 && lines.withMode) text += statisticsText(device, options, newline);
  return `${text}\n`;
}

/** `-d`: limits of the device and what its kind says. */
function detailText(device: HostDevice, newline: string): string {
  const [minMtu, maxMtu] = MTU_BOUNDS[device.kind];
  const kind = device instanceof TunnelDevice ? tunnelDetails(device) : KIND_DETAILS[device.kind];
  return (
    `promiscuity 0  allmulti 0 minmtu ${minMtu} maxmtu ${maxMtu} ` +
    (kind === "" ? "" : `${newline}    ${kind} `) +
    "numtxqueues 1 numrxqueues 1 gso_max_size 65536 gso_max_segs 65535 " +
    "tso_max_size 524280 tso_max_segs 65535 gro_max_size 65536 "
  );
}

type Kind = HostDevice["kind"];

const MTU_BOUNDS: Readonly<Record<Kind, readonly [number, number]>> = {
  ethernet: [68, 65535],
  veth: [68, 65535],
  bridge: [68, 65535],
  vlan: [0, 65535],
  macvlan: [68, 65535],
  loopback: [0, 0],
  dummy: [0, 0],
  ipip: [0, 0],
  gre: [0, 0],
  gretap: [68, 0],
  erspan: [68, 0],
};

const KIND_DETAILS: Readonly<Record<Kind, string>> = {
  ethernet: "veth",
  veth: "veth",
  bridge: "bridge",
  vlan: "vlan",
  macvlan: "macvlan",
  loopback: "",
  dummy: "dummy",
  ipip: "ipip",
  gre: "gre",
  gretap: "gretap remote any local any ttl inherit nopmtudisc",
  erspan: "erspan remote any local any ttl inherit nopmtudisc",
};

/** Least widths of the columns of `-s`: octets, packets, errors, dropped, and two that depend on the direction. */
const COLUMN_WIDTHS = [10, 7, 6, 7, 7, 7];
const ERROR_WIDTHS = [18, 6, 7, 7, 7];

function statisticsText(device: HostDevice, { statistics }: IpOptions, newline: string): string {
  const { counters } = device;
  const received = [counters.receivedOctets, counters.receivedPackets, 0, counters.receiveDrops];
  const sent = [counters.sentOctets, counters.sentPackets, 0, counters.sendDrops];
  const widths = COLUMN_WIDTHS.map((width, i) =>
    Math.max(width, String(received[i] ?? 0).length, String(sent[i] ?? 0).length),
  );
  const table = (word: string, last: readonly string[], numbers: readonly number[]): string =>
    `${newline}${headLine(word, ["bytes", "packets", "errors", "dropped", ...last], widths)}` +
    `${" ".repeat(11)}${newline}${numberLine([...numbers, 0, 0], widths)}`;
  const errors = (word: string, names: readonly string[]): string =>
    statistics < 2
      ? ""
      : `${newline}${headLine(word, names, ERROR_WIDTHS)}${newline}${numberLine([0, 0, 0, 0, 0], ERROR_WIDTHS)}`;
  return (
    table("RX:", ["missed", "mcast"], received) +
    errors("RX errors:", ["length", "crc", "frame", "fifo", "overrun"]) +
    table("TX:", ["carrier", "collsns"], sent) +
    errors("TX errors:", ["aborted", "fifo", "window", "heartbt", "transns"])
  );
}

/** The first column begins with the direction's word. */
const headLine = (word: string, names: readonly string[], widths: readonly number[]): string =>
  `    ${names
    .map((name, i) => {
      const width = widths[i] as number;
      return i === 0 ? word + name.padStart(width - word.length) : name.padStart(width);
    })
    .join(" ")}`;

const numberLine = (numbers: readonly number[], widths: readonly number[]): string =>
  numbers
    .map((number, i) => {
      const width = (widths[i] as number) + (i === 0 ? 4 : 0);
      return `${String(number).padStart(width)} `;
    })
    .join("");

/** `-br`: one line without its end. */
export function briefLink(device: HostDevice): string {
  const [address] = linkAddresses(device);
  return `${briefHead(device)}${address} ${flagText(device)} \n`;
}

export const briefHead = (device: HostDevice): string =>
  `${shownName(device).padEnd(16)} ${operationalState(device).padEnd(14)} `;
