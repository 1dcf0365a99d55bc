/** `vconfig`: in Debian 12's package vlan a script that says that it is old and calls `ip link`. */
import {
  type Command,
  result,
  type SimpleContext,
  type SimpleResult,
  simpleCommand,
} from "../../command.ts";
import { orFailure } from "../../options/failure.ts";
import { Words } from "../../options/iproute2.ts";
import type { IpContext } from "../ip/context.ts";
import { linkObject } from "../ip/link.ts";
import { takeIpOptions } from "../ip/options.ts";

const WARNING =
  "\nWarning: vconfig is deprecated and might be removed in the future, please migrate to ip(route2) as soon as possible!\n\n";

const USAGE = `Usage: add             [interface-name] [vlan_id]
       rem             [vlan-name]
       set_name_type   [name-type]
`;

/** The words behind `ip link`; null for what the script does not know. */
function linkWords([, verb, one = "", two = ""]: readonly string[]): readonly string[] | null {
  if (verb === "add" && one !== "" && two !== "")
    return ["add", "link", one, "name", `${one}.${two}`, "type", "vlan", "id", two];
  if (verb === "rem" && one !== "") return ["delete", one];
  return null;
}

function runVconfig({ argv, machine, namespace, origin }: SimpleContext): SimpleResult {
  if (argv[1] === "set_name_type" || argv[1] === "set_flag") return result({ stderr: WARNING });
  const words = linkWords(argv);
  if (words === null) return result({ status: 1, stdout: USAGE, stderr: WARNING });
  const options = takeIpOptions(new Words([]));
  const context: IpContext = { network: namespace, options, origin, machine };
  const { status, stdout, stderr } = orFailure(() => linkObject(context, new Words(words)));
  return { status, stdout, stderr: WARNING + stderr };
}

export const vconfig: Command = simpleCommand("/usr/sbin/vconfig", runVconfig, {
  aliases: ["/sbin/vconfig"],
});
