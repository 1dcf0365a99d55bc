/** `bridge` of iproute2 6.1.0: ports, forwarding databases, VLANs of bridges. Left out: mdb, vni, monitor. */
import {
  type Command,
  result,
  type SimpleContext,
  type SimpleResult,
  simpleCommand,
} from "../../command.ts";
import { CommandFailure, orFailure } from "../../options/failure.ts";
import { isPrefix, Words } from "../../options/iproute2.ts";
import { fdbObject } from "./fdb.ts";
import { linkObject } from "./link.ts";
import { type BridgeContext, takeBridgeOptions } from "./options.ts";
import { vlanObject } from "./vlan.ts";

const USAGE = `Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }
       bridge [ -force ] -batch filename
where  OBJECT := { link | fdb | mdb | vlan | vni | monitor }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] |
                    -o[neline] | -t[imestamp] | -n[etns] name |
                    -c[ompressvlans] -color -p[retty] -j[son] }
`;

type BridgeObject = (context: BridgeContext, words: Words) => SimpleResult;

const OBJECTS: readonly (readonly [string, BridgeObject | null])[] = [
  ["link", linkObject],
  ["fdb", fdbObject],
  ["mdb", null],
  ["vlan", vlanObject],
  ["vni", null],
  ["monitor", null],
];

function runBridge({ argv, machine, namespace, origin }: SimpleContext): SimpleResult {
  const words = new Words(argv.slice(1));
  const { network, options } = takeBridgeOptions(words, machine, namespace);
  if (options.ask === "version")
    return result({ stdout: "bridge utility, iproute2-6.1.0, libbpf 1.1.2\n" });
  const typed = words.take();
  if (options.ask === "usage" || typed === undefined || isPrefix(typed, "help"))
    throw new CommandFailure(typed === undefined && options.ask === null ? 255 : 0, USAGE);
  const found = OBJECTS.find(([name]) => isPrefix(typed, name));
  if (found === undefined)
    throw new CommandFailure(1, `Object "${typed}" is unknown, try "bridge help".\n`);
  const [name, object] = found;
  if (object === null) throw new CommandFailure(1, `bridge: bridge ${name} is left out of lvsim\n`);
  return object({ machine, network, origin, options }, words);
}

export const bridge: Command = simpleCommand(
  "/usr/sbin/bridge",
  (context) => {
    const said = orFailure(() => runBridge(context));
    // main() returns −1 for whatever the kernel or a look-up refused
    return said.status === 1 || said.status === 2 ? { ...said, status: 255 } : said;
  },
  { aliases: ["/sbin/bridge"] },
);
