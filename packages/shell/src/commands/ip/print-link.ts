/** A device in the lists of `ip link` and `ip addr` (`print_linkinfo`). */
import { DeviceFlag, deviceFlags, linkAddresses, linkTypeOf } from "../device-facts.ts";
import { printKind, printSlave } from "./link-details.ts";
import { flagWords, fullName, type LinkView, operationalState, queueing } from "./link-view.ts";
import type { IpOptions } from "./options.ts";
import { printStatistics } from "./print-statistics.ts";
import type { Printer } from "./printer.ts";

/** What the caller wants of the lines. */
export interface LinkLines {
  /** `ip link` says the mode and statistics, `ip addr` does not. */
  readonly forLink: boolean;
  /** `ip -4 addr` has no line for the link address. */
  readonly withAddress: boolean;
  /** `ip monitor` does not say the queue's length. */
  readonly withoutQueue?: boolean;
}

/** Group names of /etc/iproute2/group. */
const groupName = (group: number): string => (group === 0 ? "default" : String(group));

export function printLink(
  printer: Printer,
  view: LinkView,
  options: IpOptions,
  { forLink, withAddress, withoutQueue = false }: LinkLines,
): void {
  const { config, device, link, master } = view;
  const newline = options.oneLine ? "\\" : "\n";
  printer.field("ifindex", device.index, `${device.index}: `);
  printName(printer, view);
  printer.say(`${fullName(view)}: `);
  printFlags(printer, view);
  printer.field("mtu", device.mtu, `mtu ${device.mtu} `);
  printer.field("qdisc", queueing(view), `qdisc ${queueing(view)} `);
  if (master !== null) printer.field("master", master, `master ${master} `);
  const state = operationalState(view);
  printer.field("operstate", state, `state ${state} `);
  if (forLink) printer.field("linkmode", "DEFAULT", "mode DEFAULT ");
  const group = groupName(config.group);
  printer.field("group", group, `group ${group} `);
  if (!withoutQueue) printer.field("txqlen", config.txQueueLength, `qlen ${config.txQueueLength}`);
  if (withAddress || options.details) printAddress(printer, view, newline);
  if (link?.network != null) printNetwork(printer, link.network);
  if (options.details) printDetails(printer, view, newline);
  if ((forLink || options.details) && config.alias !== "")
    printer.field("ifalias", config.alias, `${newline}    alias ${config.alias}`);
  if (forLink && options.statistics > 0)
    printStatistics(printer, device.counters, options.statistics, newline);
  printer.say("\n");
}

/** In JSON what is before and behind `@` are fields of their own. */
function printName(printer: Printer, { device, link }: LinkView): void {
  if (link !== null) {
    if (link.network !== null) printer.note("link_index", link.index);
    else printer.note("link", link.index === 0 ? null : link.name);
  }
  printer.note("ifname", device.name);
}

function printFlags(printer: Printer, view: LinkView): void {
  const words = flagWords(view);
  printer.note("flags", words);
  printer.say(`<${words.join(",")}> `);
}

function printAddress(printer: Printer, { device }: LinkView, newline: string): void {
  const [address, broadcast] = linkAddresses(device);
  const type = linkTypeOf(device.kind);
  printer.field("link_type", type, `${newline}    link/${type} `);
  printer.field("address", address, address);
  const isPointToPoint = (deviceFlags(device) & DeviceFlag.pointToPoint) !== 0;
  if (isPointToPoint) printer.note("link_pointtopoint", true);
  printer.field("broadcast", broadcast, ` ${isPointToPoint ? "peer" : "brd"} ${broadcast}`);
}

function printNetwork(
  printer: Printer,
  { id, name }: { readonly id: number; readonly name: string | null },
): void {
  if (name === null) printer.field("link_netnsid", id, ` link-netnsid ${id}`);
  else printer.field("link_netns", name, ` link-netns ${name}`);
}

/** `-d`: limits of the device, what its kind says, and what its master says of it. */
function printDetails(printer: Printer, view: LinkView, newline: string): void {
  const { config, device } = view;
  const isPort = config.master !== 0;
  const number = (key: string, words: string, value: number): void =>
    printer.field(key, value, `${words} ${value} `);
  const promiscuity = (config.promiscuous ? 1 : 0) + (isPort ? 1 : 0);
  number("promiscuity", " promiscuity", promiscuity);
  number("allmulti", " allmulti", config.allMulticast ? 1 : 0);
  const [minMtu, maxMtu] = MTU_BOUNDS[device.kind];
  number("min_mtu", "minmtu", minMtu);
  number("max_mtu", "maxmtu", maxMtu);
  printer.object("linkinfo", () => {
    printKind(printer, view, newline);
    if (isPort) printSlave(printer, view, newline);
  });
  number("num_tx_queues", "numtxqueues", 1);
  number("num_rx_queues", "numrxqueues", 1);
  number("gso_max_size", "gso_max_size", 65536);
  number("gso_max_segs", "gso_max_segs", 65535);
  number("tso_max_size", "tso_max_size", 524280);
  number("tso_max_segs", "tso_max_segs", 65535);
  number("gro_max_size", "gro_max_size", 65536);
}

type Kind = LinkView["device"]["kind"];

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

/** `-br`: name, state, link address, flags. */
export function printBriefLink(printer: Printer, view: LinkView): void {
  printBriefHead(printer, view);
  const [address] = linkAddresses(view.device);
  printer.field("address", address, `${address} `);
  printFlags(printer, view);
  printer.say("\n");
}

export function printBriefHead(printer: Printer, view: LinkView): void {
  printName(printer, view);
  printer.say(`${fullName(view).padEnd(16)} `);
  const state = operationalState(view);
  printer.field("operstate", state, `${state.padEnd(14)} `);
}
