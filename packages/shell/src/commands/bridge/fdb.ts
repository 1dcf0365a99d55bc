/**
 * `bridge fdb`: what bridges know of addresses, and what devices listen to (`self`). Left out: entries of devices that are
 * no bridges, VLANs of entries, `get`, `flush`.
 */
import {
  BridgeDevice,
  type FdbEntry,
  formatMacAddress,
  type HostDevice,
  parseMacAddress,
  tieAddress,
  untieAddress,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { duplicateOrGarbage, isPrefix, type Words } from "../../options/iproute2.ts";
import { kernelRefusal } from "../ip/context.ts";
import { Printer } from "../ip/printer.ts";
import type { BridgeContext } from "./options.ts";

export function fdbObject(context: BridgeContext, words: Words): SimpleResult {
  const verb = words.take() ?? "show";
  const is = (...names: readonly string[]): boolean => names.some((name) => isPrefix(verb, name));
  if (is("add", "append")) return change(context, words, "add");
  if (is("replace")) return change(context, words, "replace");
  if (is("delete")) return change(context, words, "delete");
  if (is("get", "flush")) throw leftOut(`bridge fdb ${verb}`);
  if (is("show", "lst", "list")) return show(context, words);
  throw new CommandFailure(255, `Command "${verb}" is unknown, try "bridge fdb help".\n`);
}

const leftOut = (what: string): CommandFailure =>
  new CommandFailure(1, `bridge: ${what} is left out of lvsim\n`);

function deviceIn({ network }: BridgeContext, name: string): HostDevice {
  const device = network.deviceNamed(name);
  if (device === undefined) throw new CommandFailure(1, `Cannot find device "${name}"\n`);
  return device;
}

/** One line: an address, by what device, and whose it is. */
interface Line {
  readonly mac: string;
  readonly device: HostDevice;
  /** The bridge that says so; null for the device itself. */
  readonly master: BridgeDevice | null;
  readonly vlan: number | null;
  readonly state: "permanent" | "static" | "";
}

/** The group of all hosts, which every device with IPv4 listens to. */
const ALL_HOSTS = "01:00:5e:00:00:01";

interface Filter {
  bridge: HostDevice | null;
  device: HostDevice | null;
  dynamic: boolean;
}

function show(context: BridgeContext, words: Words): SimpleResult {
  const filter: Filter = { bridge: null, device: null, dynamic: false };
  while (!words.done) {
    const word = words.take() as string;
    if (word === "br") {
      const name = words.value();
      if (context.network.deviceNamed(name) === undefined)
        throw new CommandFailure(1, `Cannot find bridge device "${name}"\n`);
      filter.bridge = deviceIn(context, name);
      if (!(filter.bridge instanceof BridgeDevice))
        throw new CommandFailure(1, `"${filter.bridge.name}" is not a bridge\n`);
    } else if (word === "brport" || word === "dev")
      filter.device = deviceIn(context, words.value());
    else if (word === "dynamic") filter.dynamic = true;
    else if (word === "vlan" || word === "state") words.value();
    else {
      if (filter.device !== null) throw duplicateOrGarbage("dev", word);
      filter.device = deviceIn(context, word);
    }
  }
  const printer = new Printer(context.options);
  for (const line of linesOf(context))
    if (fits(filter, line)) printer.object("", () => print(printer, line, filter.device === null));
  return result({ stdout: printer.finish() });
}

function fits({ bridge, device, dynamic }: Filter, line: Line): boolean {
  if (device !== null && line.device !== device) return false;
  if (bridge !== null && line.master !== bridge && line.device !== bridge) return false;
  return !dynamic || line.state === "";
}

function linesOf({ network }: BridgeContext): Line[] {
  const devices = network.devices();
  const bridges = devices.filter((device) => device instanceof BridgeDevice);
  const lines: Line[] = [];
  for (const device of devices) {
    const own: Line[] = isListening(device)
      ? [{ mac: ALL_HOSTS, device, master: null, vlan: null, state: "permanent" }]
      : [];
    if (device instanceof BridgeDevice) lines.push(...own);
    for (const bridge of bridges)
      for (const entry of bridge.fdb.list(network.engine.now)) {
        const at = entry.port === null ? bridge : entry.port.device;
        if (at === device) lines.push(...entryLines(bridge, device, entry));
      }
    if (!(device instanceof BridgeDevice)) lines.push(...own);
  }
  return lines;
}

const isListening = (device: HostDevice): boolean =>
  device.up && device.hasLinkHeader && !device.loopback && device.kind !== "dummy";

/** The kernel has its own addresses once for the VLAN that every port begins with. */
function entryLines(master: BridgeDevice, device: HostDevice, entry: FdbEntry): Line[] {
  const fixed = entry.local ? "permanent" : "static";
  const line: Line = {
    mac: formatMacAddress(entry.mac),
    device,
    master,
    vlan: null,
    state: entry.fixed ? fixed : "",
  };
  return entry.local ? [{ ...line, vlan: 1 }, line] : [line];
}

function print(printer: Printer, line: Line, withDevice: boolean): void {
  const { device, mac, master, state, vlan } = line;
  printer.field("mac", mac, `${mac} `);
  if (withDevice) printer.field("ifname", device.name, `dev ${device.name} `);
  if (vlan !== null) printer.field("vlan", vlan, `vlan ${vlan} `);
  printer.note("flags", master === null ? ["self"] : []);
  if (master === null) printer.say("self ");
  else printer.field("master", master.name, `master ${master.name} `);
  printer.field("state", state, `${state}\n`);
}

interface Request {
  mac: string | null;
  device: string | null;
  self: boolean;
  state: "permanent" | "static" | "dynamic";
}

function readRequest(words: Words): Request {
  const request: Request = { mac: null, device: null, self: true, state: "permanent" };
  while (!words.done) {
    const word = words.take() as string;
    if (word === "dev") request.device = words.value();
    else if (word === "self") request.self = true;
    else if (isPrefix(word, "master")) request.self = false;
    else if (isPrefix(word, "local") || isPrefix(word, "permanent")) request.state = "permanent";
    else if (isPrefix(word, "temp") || isPrefix(word, "dynamic")) request.state = "dynamic";
    else if (isPrefix(word, "static")) request.state = "static";
    else if (["vlan", "dst", "port", "vni", "via"].includes(word))
      throw leftOut(`${word} of an address`);
    else {
      const mac = word === "to" ? words.value() : word;
      if (request.mac !== null) throw duplicateOrGarbage("to", mac);
      request.mac = mac;
    }
  }
  return request;
}

function change(
  context: BridgeContext,
  words: Words,
  verb: "add" | "replace" | "delete",
): SimpleResult {
  const { device, mac: text, self, state } = readRequest(words);
  if (device === null || text === null)
    throw new CommandFailure(255, "Device and address are required arguments.\n");
  const mac = parseMacAddress(text);
  if (mac === undefined) throw new CommandFailure(1, `Invalid mac address ${text}\n`);
  const { index } = deviceIn(context, device);
  if (self) throw leftOut("an address of a device itself (without master)");
  if (state === "dynamic") throw leftOut("an address that ages");
  const errno = context.network.change(context.origin, (draft) =>
    verb === "delete"
      ? untieAddress(draft, index, mac)
      : tieAddress(draft, index, mac, state === "permanent", verb === "replace"),
  );
  if (errno !== 0) throw kernelRefusal(errno);
  return result({});
}
