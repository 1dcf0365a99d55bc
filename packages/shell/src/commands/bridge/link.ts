/** `bridge link`: the ports of bridges, and what a bridge knows of them. */

import { type BridgePortConfig, Errno } from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { isPrefix, type Words } from "../../options/iproute2.ts";
import { kernelRefusal } from "../ip/context.ts";
import { type Changes, readPort } from "../ip/link-kinds.ts";
import { flagWords, fullName, type LinkView, linkView } from "../ip/link-view.ts";
import { Printer } from "../ip/printer.ts";
import type { BridgeContext } from "./options.ts";

export function linkObject(context: BridgeContext, words: Words): SimpleResult {
  const verb = words.take() ?? "show";
  if (["show", "lst", "list"].some((name) => isPrefix(verb, name))) return show(context, words);
  if (isPrefix(verb, "set") || isPrefix(verb, "change")) return set(context, words);
  throw new CommandFailure(255, `Command "${verb}" is unknown, try "bridge link help".\n`);
}

function show(context: BridgeContext, words: Words): SimpleResult {
  const { network, options } = context;
  let only: number | null = null;
  while (!words.done) {
    const word = words.take() as string;
    if (word !== "dev") continue;
    const name = words.value();
    const device = network.deviceNamed(name);
    if (device === undefined) throw new CommandFailure(1, `Cannot find device "${name}"\n`);
    only = device.index;
  }
  const printer = new Printer(options);
  for (const device of network.devices()) {
    if (only !== null && device.index !== only) continue;
    const view = linkView(context, device);
    if (view.config.port !== null) printer.object("", () => printPort(printer, context, view));
  }
  return result({ stdout: printer.finish() });
}

function printPort(printer: Printer, { options }: BridgeContext, view: LinkView): void {
  const { config, device, master } = view;
  const port = config.port as BridgePortConfig;
  printer.field("ifindex", device.index, `${device.index}: `);
  printer.note("ifname", device.name);
  printer.say(`${fullName(view)}: `);
  const flags = flagWords(view);
  printer.note("flags", flags);
  printer.say(`<${flags.join(",")}> `);
  printer.field("mtu", device.mtu, `mtu ${device.mtu} `);
  printer.field("master", master, `master ${master} `);
  const state = device.up && device.carrier ? "forwarding" : "disabled";
  printer.field("state", state, `state ${state} `);
  printer.field("priority", port.priority, `priority ${port.priority} `);
  printer.field("cost", port.cost, `cost ${port.cost} `);
  if (options.details) {
    printer.say(options.oneLine ? "\\    " : "\n    ");
    for (const [name, value] of detailsOf(port))
      printer.field(name, value, `${name} ${value ? "on" : "off"} `);
  }
  printer.say("\n");
}

const detailsOf = (port: BridgePortConfig): readonly (readonly [string, boolean])[] => [
  ["hairpin", port.hairpin],
  ["guard", false],
  ["root_block", false],
  ["fastleave", false],
  ["learning", port.learning],
  ["flood", port.flood],
  ["mcast_flood", true],
  ["bcast_flood", true],
  ["mcast_to_unicast", false],
  ["neigh_suppress", false],
  ["vlan_tunnel", false],
  ["isolated", port.isolated],
  ["locked", false],
];

function set({ network, origin }: BridgeContext, words: Words): SimpleResult {
  let name: string | null = null;
  const changes: Changes<BridgePortConfig> = {};
  while (!words.done) {
    const word = words.take() as string;
    if (word === "dev") name = words.value();
    else {
      words.back();
      Object.assign(changes, readPort(words, true));
    }
  }
  if (name === null) throw new CommandFailure(255, "Device is a required argument.\n");
  const device = network.deviceNamed(name);
  if (device === undefined) throw new CommandFailure(1, `Cannot find bridge device "${name}"\n`);
  const errno = network.change(origin, (draft) => {
    const port = draft.devices.find(({ index }) => index === device.index)?.port;
    if (port == null) return Errno.EOPNOTSUPP;
    Object.assign(port, changes);
    return 0;
  });
  if (errno !== 0) throw kernelRefusal(errno);
  return result({});
}
