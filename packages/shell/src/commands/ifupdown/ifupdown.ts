/**
 * `ifup` and `ifdown` of CentOS 7 with the network service (no NetworkManager): what is in ifcfg-NAME is set, after a
 * look whether somebody has the address (`arping -D`), and the neighbours are told (`arping -A`, later `-U`). Left out:
 * DHCP, route-NAME files, bonds, bridges, aliases of their own files.
 */
import { formatIpv4Address, type HostDevice, later, seconds } from "@lvsim/core";
import { type Command, CommandContext } from "../../command.ts";
import { Descriptors } from "../../process/descriptors.ts";
import { until, type Wait } from "../../process/wait.ts";
import { ARPING_COMMANDS } from "../arping/arping.ts";
import { type Ifcfg, type IfcfgAddress, readIfcfg } from "./ifcfg.ts";
import { bringUp, hasAddress, putAddress, putDefaultRoute, takeDown } from "./scripts.ts";

const IFUP_ETH = "/etc/sysconfig/network-scripts/ifup-eth";
const [ARPING] = ARPING_COMMANDS;

function* logError(context: CommandContext, text: string): Generator<Wait, number, void> {
  yield* context.err(`ERROR     : [${IFUP_ETH}] ${text}\n`);
  return 1;
}

function* runIfup(context: CommandContext): Generator<Wait, number, void> {
  const [, name] = context.argv;
  const file = name === undefined ? undefined : readIfcfg(context.machine.files, name);
  if (file === undefined) {
    if (name !== undefined) yield* context.err(`${IFUP}: configuration for ${name} not found.\n`);
    yield* context.err("Usage: ifup <device name>\n");
    return 1;
  }
  const network = context.namespace;
  const device = network.deviceNamed(file.device);
  if (device === undefined)
    return yield* logError(
      context,
      `Device ${file.device} does not seem to be present, delaying initialization.`,
    );
  network.change(context.origin, (draft) => bringUp(draft, device));
  if (file.protocol === "dhcp" || file.protocol === "bootp") {
    yield* context.out(`\nDetermining IP information for ${file.device}... failed.\n`);
    return 1;
  }
  for (const address of file.addresses) {
    const status = yield* takeAddress(context, device, address, file);
    if (status !== 0) return status;
  }
  network.change(context.origin, (draft) => putDefaultRoute(draft, device, file));
  return 0;
}

function* takeAddress(
  context: CommandContext,
  device: HostDevice,
  address: IfcfgAddress,
  file: Ifcfg,
): Generator<Wait, number, void> {
  const { name } = device;
  const text = formatIpv4Address(address.local);
  if (!hasAddress(device, address)) {
    const checks = !device.loopback && file.checksAddress;
    if (checks && (yield* arping(context, ["-c", "2", "-w", "3", "-D", "-I", name, text])) === 1)
      return yield* logError(context, `Error, some other host already uses address ${text}.`);
    const network = context.namespace;
    const errno = network.change(context.origin, (draft) => putAddress(draft, device, address));
    if (errno !== 0) yield* logError(context, `Error adding address ${text} for ${name}.`);
  }
  if (device.loopback) return 0;
  yield* arping(context, ["-A", "-c", "1", "-I", name, text]);
  announceLater(context, name, text);
  return 0;
}

/** Quiet, and on nobody's descriptors. */
function* arping(
  { machine, process }: CommandContext,
  words: readonly string[],
): Generator<Wait, number, void> {
  const quiet = new CommandContext(["arping", "-q", ...words], process, machine);
  return ARPING === undefined ? 0 : yield* ARPING.run(quiet);
}

/** The script leaves a process behind that tells the neighbours once more two seconds later. */
function announceLater(context: CommandContext, name: string, address: string): void {
  const { machine, namespace, process } = context;
  const { origin } = process;
  const words = ["-U", "-c", "1", "-I", name, address];
  const descriptors = new Descriptors();
  const argv = ["arping", "-q", ...words];
  machine.spawn({ parent: null, argv, origin, descriptors, namespace }, function* (self) {
    yield until(later(machine.now, seconds(2)));
    return yield* arping(new CommandContext(argv, self, machine), words);
  });
}

function* runIfdown(context: CommandContext): Generator<Wait, number, void> {
  const [, name] = context.argv;
  const file = name === undefined ? undefined : readIfcfg(context.machine.files, name);
  if (file === undefined) {
    yield* context.err("usage: ifdown <configuration>\n");
    return 1;
  }
  const network = context.namespace;
  const device = network.deviceNamed(file.device);
  // what is down already is left alone, with its addresses
  if (device?.up !== true) return 0;
  network.change(context.origin, (draft) => takeDown(draft, device));
  return 0;
}

const IFUP = "/usr/sbin/ifup";

export const IFUPDOWN_COMMANDS: readonly Command[] = [
  { path: IFUP, aliases: ["/sbin/ifup"], run: runIfup },
  { path: "/usr/sbin/ifdown", aliases: ["/sbin/ifdown"], run: runIfdown },
];
