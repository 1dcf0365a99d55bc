/** `arp` of net-tools 2.10: lists /proc/net/arp, sets and deletes entries by ioctl. Left out: files, other hardware. */
import {
  deleteNeighbour,
  Errno,
  formatIpv4Address,
  type HostDevice,
  type Ipv4Address,
  type MacAddress,
  NeighbourState,
  newNeighbour,
  parseMacAddress,
} from "@lvsim/core";
import {
  type Command,
  result,
  type SimpleContext,
  type SimpleResult,
  simpleCommand,
} from "../../command.ts";
import { CommandFailure, orFailure } from "../../options/failure.ts";
import { flag, Getopt, type GetoptOption, valued } from "../../options/getopt.ts";
import { type ArpRow, arpRows } from "../../proc-net/arp-rows.ts";
import { perror, usageFailure, VERSION_LINE } from "./failures.ts";
import { hostText, lookupFailure, resolveName } from "./resolve.ts";
import { ARP_USAGE } from "./usage.ts";

type Tag =
  | "bsd"
  | "linux"
  | "delete"
  | "file"
  | "hardware"
  | "device"
  | "numeric"
  | "set"
  | "use-device"
  | "verbose"
  | "version"
  | "help"
  | "protocol";

const OPTIONS: readonly GetoptOption<Tag>[] = [
  flag("a", "", "bsd"),
  flag("e", "", "linux"),
  flag("d", "delete", "delete"),
  flag("f", "file", "file"),
  valued("H", "hw-type", "hardware"),
  valued("t", "", "hardware"),
  valued("i", "device", "device"),
  flag("n", "numeric", "numeric"),
  valued("A", "protocol", "protocol"),
  valued("p", "", "protocol"),
  flag("s", "set", "set"),
  flag("D", "use-device", "use-device"),
  flag("v", "verbose", "verbose"),
  flag("V", "version", "version"),
  flag("h", "help", "help"),
  flag("?", "", "help"),
];

interface Options {
  verb: "show" | "delete" | "set";
  style: "linux" | "bsd";
  numeric: boolean;
  verbose: boolean;
  useDevice: boolean;
  device: string;
}

const FAILED = 255;

function runArp(context: SimpleContext): SimpleResult {
  const options: Options = {
    verb: "show",
    style: "linux",
    numeric: false,
    verbose: false,
    useDevice: false,
    device: "",
  };
  const getopt = new Getopt(OPTIONS, context.argv);
  for (let item = getopt.next(); item.kind !== "end"; item = getopt.next()) {
    if (item.kind === "error") throw usageFailure(ARP_USAGE, `${item.message}\n`);
    if (item.tag === "version") return result({ stdout: VERSION_LINE });
    if (item.tag === "help") return result({ stdout: ARP_USAGE });
    takeOption(options, item.tag, item.value ?? "");
  }
  const { operands } = getopt;
  if (options.verb === "delete") return deleteEntry(context, options, operands);
  if (options.verb === "set") return setEntry(context, options, operands);
  return showEntries(context, options, operands[0]);
}

function takeOption(options: Options, tag: Tag, value: string): void {
  if (tag === "bsd") options.style = "bsd";
  else if (tag === "linux") options.style = "linux";
  else if (tag === "delete" || tag === "set") options.verb = tag;
  else if (tag === "numeric") options.numeric = true;
  else if (tag === "verbose") options.verbose = true;
  else if (tag === "use-device") options.useDevice = true;
  else if (tag === "device") options.device = value;
  else if (tag === "file") throw new CommandFailure(FAILED, "arp: -f is left out of lvsim\n");
  else if (tag === "hardware" && value !== "ether")
    throw new CommandFailure(FAILED, `arp: ${value}: unknown hardware type.\n`);
  else if (tag === "protocol" && value !== "inet")
    throw new CommandFailure(FAILED, `arp: ${value}: unknown address family.\n`);
}

function hostNamed({ machine }: SimpleContext, word: string | undefined): Ipv4Address {
  if (word === undefined) throw new CommandFailure(FAILED, "arp: need host name\n");
  const found = resolveName(machine.files, word);
  if (found === undefined) throw new CommandFailure(FAILED, lookupFailure(word));
  return found.address;
}

const HEAD = "Address                  HWtype  HWaddress           Flags Mask            Iface\n";

function showEntries(
  context: SimpleContext,
  options: Options,
  host: string | undefined,
): SimpleResult {
  const { files } = context.machine;
  const wanted = host === undefined ? null : hostNamed(context, host);
  const rows = arpRows(context.namespace);
  const shown = rows.filter(
    (row) =>
      (wanted === null || row.address === wanted) &&
      (options.device === "" || row.device === options.device),
  );
  let text = options.style === "linux" && shown.length > 0 ? HEAD : "";
  for (const row of shown) {
    const name = hostText(files, row.address, options.numeric);
    text += options.style === "linux" ? linuxLine(row, name) : bsdLine(row, name);
  }
  if (options.verbose)
    text += `Entries: ${rows.length}\tSkipped: ${rows.length - shown.length}\tFound: ${shown.length}\n`;
  else if (shown.length === 0) text = nothingFound(options, host, rows.length, wanted);
  return result({ stdout: text });
}

function nothingFound(
  { device, style }: Options,
  host: string | undefined,
  entries: number,
  wanted: Ipv4Address | null,
): string {
  if (wanted !== null && style === "linux")
    return `${host} (${formatIpv4Address(wanted)}) -- no entry\n`;
  return wanted !== null || device !== "" ? `arp: in ${entries} entries no match found.\n` : "";
}

function linuxLine(row: ArpRow, name: string): string {
  const head = `${name.slice(0, 23).padEnd(23)}  `;
  const tail = `${row.device}\n`;
  if (!row.complete && !row.published)
    return `${head}${"".padEnd(8)}${"(incomplete)".padEnd(42)}${tail}`;
  const type = row.published ? "*" : "ether";
  const mac = row.published ? "<from_interface>" : row.mac;
  const flags = `${row.complete && !row.published ? "C" : ""}${row.permanent ? "M" : ""}${row.published ? "P" : ""}`;
  return `${head}${type.padEnd(7)} ${mac.padEnd(19)} ${flags.padEnd(6)}${"".padEnd(15)} ${tail}`;
}

function bsdLine(row: ArpRow, name: string): string {
  const address = formatIpv4Address(row.address);
  const head = `${name === address ? "?" : name} (${address}) at `;
  const state = `${row.permanent ? "PERM " : ""}${row.published ? "PUB " : ""}on ${row.device}\n`;
  if (row.published) return `${head}<from_interface> ${state}`;
  return row.complete ? `${head}${row.mac} [ether] ${state}` : `${head}<incomplete> ${state}`;
}

/** The device that `-i` names; else the one that leads to the neighbour. */
function deviceFor(
  { namespace: network }: SimpleContext,
  { device }: Options,
  address: Ipv4Address,
): HostDevice | number {
  if (device !== "") return network.deviceNamed(device) ?? Errno.ENODEV;
  const none = 0 as Ipv4Address;
  const route = network.router.output(address, none, 0, 0, 0);
  if (route === null) return network.router.errno;
  return network.devices().find(({ index }) => index === route.device) ?? Errno.ENODEV;
}

const failed = (ioctl: string, errno: number): SimpleResult =>
  result({ status: FAILED, stderr: perror(ioctl, errno) });

function deleteEntry(
  context: SimpleContext,
  options: Options,
  [host, ...flags]: readonly string[],
): SimpleResult {
  const address = hostNamed(context, host);
  const { neighbours, proxies } = context.namespace;
  const missing = result({ status: FAILED, stdout: `No ARP entry for ${host}\n` });
  const device = deviceFor(context, options, address);
  const index = typeof device === "number" ? 0 : device.index;
  if (flags.includes("pub")) return proxies.delete(address, index) === 0 ? result({}) : missing;
  if (typeof device === "number") return failed("SIOCDARP(dontpub)", device);
  const entry = neighbours.find(device, address);
  // the entry stays as one that failed, which isn't listed, until it is collected
  if (entry === null) return proxies.delete(address, index) === 0 ? result({}) : missing;
  return deleteNeighbour(neighbours, device, address) === 0 ? result({}) : missing;
}

function setEntry(
  context: SimpleContext,
  options: Options,
  [host, hardware, ...flags]: readonly string[],
): SimpleResult {
  const address = hostNamed(context, host);
  if (hardware === undefined) throw new CommandFailure(FAILED, "arp: need hardware address\n");
  const source = options.useDevice
    ? context.namespace.deviceNamed(hardware)?.mac
    : parseMacAddress(hardware);
  if (source === undefined) throw new CommandFailure(FAILED, "arp: invalid hardware address\n");
  if (flags.some((word) => word !== "temp" && word !== "pub")) throw usageFailure(ARP_USAGE);
  if (flags.includes("pub")) return publish(context, options, address, source);
  const device = deviceFor(context, options, address);
  if (typeof device === "number") return failed("SIOCSARP", device);
  const { neighbours } = context.namespace;
  const state = flags.includes("temp") ? NeighbourState.stale : NeighbourState.permanent;
  const errno = newNeighbour(neighbours, device, address, source, state, {
    create: true,
    exclusive: false,
    replace: true,
  });
  return errno === 0 ? result({}) : failed("SIOCSARP", errno);
}

/** A proxy entry: on the device that `-i` names, else on the one that has the hardware address. */
function publish(
  { namespace: network }: SimpleContext,
  { device: name }: Options,
  address: Ipv4Address,
  mac: MacAddress,
): SimpleResult {
  const device =
    name === "" ? network.devices().find((other) => other.mac === mac) : network.deviceNamed(name);
  if (device === undefined) return failed("SIOCSARP", Errno.ENODEV);
  network.proxies.add(address, device.index);
  return result({});
}

export const arp: Command = simpleCommand(
  "/usr/sbin/arp",
  (context) => orFailure(() => runArp(context)),
  { aliases: ["/sbin/arp"] },
);
