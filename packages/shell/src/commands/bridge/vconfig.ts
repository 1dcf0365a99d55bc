/**
 * `vconfig`: in Debian 12's package vlan a script that says that it is old and calls `ip link`, with a status of its own
 * for each kind of failure. Left out: name types, which it keeps in a file.
 */
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

const USAGE = `
Usage: add             [interface-name] [vlan_id]
       rem             [vlan-name]
       set_flag        [interface-name] [flag-num]       [0 | 1]
       set_egress_map  [vlan-name]      [skb_priority]   [vlan_qos]
       set_ingress_map [vlan-name]      [skb_priority]   [vlan_qos]
       set_name_type   [name-type]

* The [interface-name] is the name of the ethernet card that hosts
  the VLAN you are talking about.
* The vlan_id is the identifier (0-4095) of the VLAN you are operating on.
* skb_priority is the priority in the socket buffer (sk_buff).
* vlan_qos is the 3 bit priority in the VLAN header
* name-type:  VLAN_PLUS_VID (vlan0005), VLAN_PLUS_VID_NO_PAD (vlan5),
              DEV_PLUS_VID (eth0.0005), DEV_PLUS_VID_NO_PAD (eth0.5)
* FLAGS:  1 REORDER_HDR  When this is set, the VLAN device will move the
            ethernet header around to make it look exactly like a real
            ethernet device.  This may help programs such as DHCPd which
            read the raw ethernet packet and make assumptions about the
            location of bytes.  If you don't need it, don't turn it on, because
            there will be at least a small performance degradation.  Default
            is OFF.
`;

/** The words behind `ip link`, and the script's status where they fail. */
interface Call {
  readonly words: readonly string[];
  readonly status: number;
}

const onVlan = (device: string, ...rest: string[]): readonly string[] => [
  "set",
  "dev",
  device,
  "type",
  "vlan",
  ...rest,
];

/** null for a verb that the script does not know. */
function callOf([, verb, one = "", two = "", three = ""]: readonly string[]): Call | null {
  switch (verb) {
    case "add":
      return {
        words: ["add", "link", one, "name", `${one}.${two}`, "type", "vlan", "id", two],
        status: 3,
      };
    case "rem":
      return { words: ["del", one], status: 4 };
    case "set_flag":
      return { words: onVlan(one, "reorder_hdr", three === "1" ? "on" : "off"), status: 7 };
    case "set_ingress_map":
      return { words: onVlan(one, "ingress-qos-map", `${two}:${three}`), status: 6 };
    case "set_egress_map":
      return { words: onVlan(one, "egress-qos-map", `${two}:${three}`), status: 5 };
    default:
      return null;
  }
}

function runVconfig({ argv, machine, namespace, origin }: SimpleContext): SimpleResult {
  const [, verb = "", ...rest] = argv;
  const fail = (status: number, text: string, stdout = ""): SimpleResult =>
    result({ status, stdout, stderr: `${WARNING}${text}\n` });
  if (argv.length < 3 || argv.length > 5)
    return fail(1, `Expecting argc to be 3-5, inclusive.  Was: ${argv.length}`, USAGE);
  if (verb === "set_name_type") return result({ stderr: WARNING });
  const call = callOf(argv);
  if (call === null) return fail(5, `Unknown command: ${verb}`);
  const echo = verb === "set_flag" ? `${rest.join(" ")}\n` : "";
  if (verb === "set_flag" && rest[2] !== "0" && rest[2] !== "1")
    return fail(7, "Invalid flag parameter specified", echo);
  const options = takeIpOptions(new Words([]));
  const context: IpContext = { network: namespace, options, origin, machine };
  const { status, stdout, stderr } = orFailure(() => linkObject(context, new Words(call.words)));
  return {
    status: status === 0 ? 0 : call.status,
    stdout: echo + stdout,
    stderr: WARNING + stderr,
  };
}

export const vconfig: Command = simpleCommand("/usr/sbin/vconfig", runVconfig, {
  aliases: ["/sbin/vconfig"],
});
