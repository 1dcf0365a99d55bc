/** `bridge vlan show`: bridges here do not filter VLANs, so that every port has what the kernel gives it: VLAN 1, untagged. */
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { isPrefix, type Words } from "../../options/iproute2.ts";
import { Printer } from "../ip/printer.ts";
import type { BridgeContext } from "./options.ts";

export function vlanObject({ network, options }: BridgeContext, words: Words): SimpleResult {
  const verb = words.take() ?? "show";
  if (!["show", "lst", "list", "tunnelshow"].some((name) => isPrefix(verb, name))) {
    if (isPrefix(verb, "add") || isPrefix(verb, "delete") || isPrefix(verb, "set"))
      throw new CommandFailure(1, "bridge: VLAN filtering of bridges is left out of lvsim\n");
    throw new CommandFailure(255, `Command "${verb}" is unknown, try "bridge vlan help".\n`);
  }
  let only: string | null = null;
  while (!words.done) if (words.take() === "dev") only = words.value();
  if (only !== null && network.deviceNamed(only) === undefined)
    throw new CommandFailure(1, `Cannot find device "${only}"\n`);
  const printer = new Printer(options);
  printer.say(`${"port".padEnd(17)} vlan-id  \n`);
  for (const { kind, master, name } of network.config.devices) {
    if ((kind !== "bridge" && master === 0) || (only !== null && name !== only)) continue;
    printer.object("", () => {
      printer.field("ifname", name, `${name.padEnd(17)} `);
      printer.note("vlans", [{ vlan: 1, flags: ["PVID", "Egress Untagged"] }]);
      printer.say("1 PVID Egress Untagged\n");
    });
  }
  return result({ stdout: printer.finish() });
}
