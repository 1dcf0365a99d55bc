/**
 * `ip` of iproute2 6.1.0: link, addr, route, rule, neigh, tunnel, fou, netns, monitor. Other objects say that they
 * are left out. A command line is read whole before anything is changed; one command is one change.
 */
import { type Command, type CommandContext, result, type SimpleResult } from "../../command.ts";
import { CommandFailure, orFailure } from "../../options/failure.ts";
import { isPrefix, Words } from "../../options/iproute2.ts";
import { addressObject } from "./address.ts";
import { type IpContext, leftOut, usageOf } from "./context.ts";
import { fouObject } from "./fou.ts";
import { linkObject } from "./link.ts";
import { Monitor, runMonitor } from "./monitor.ts";
import { neighbourObject } from "./neighbour.ts";
import { namespaceNamed, netnsObject } from "./netns.ts";
import { type IpOptions, takeIpOptions } from "./options.ts";
import { routeObject } from "./route.ts";
import { ruleObject } from "./rule.ts";
import { tunnelObject } from "./tunnel.ts";

type IpObject = (context: IpContext, words: Words) => SimpleResult;

/** In iproute2's order, which decides what an abbreviation means; null for what is left out. */
const OBJECTS: readonly (readonly [string, IpObject | null])[] = [
  ["address", addressObject],
  ["addrlabel", null],
  ["maddress", null],
  ["route", routeObject],
  ["rule", ruleObject],
  ["neighbor", neighbourObject],
  ["neighbour", neighbourObject],
  ["ntable", null],
  ["ntbl", null],
  ["link", linkObject],
  ["l2tp", null],
  ["fou", fouObject],
  ["ila", null],
  ["macsec", null],
  ["tunnel", tunnelObject],
  ["tunl", tunnelObject],
  ["tuntap", null],
  ["tap", null],
  ["token", null],
  ["tcpmetrics", null],
  ["tcp_metrics", null],
  ["monitor", null],
  ["xfrm", null],
  ["mroute", null],
  ["mrule", null],
  ["netns", netnsObject],
  ["netconf", null],
  ["vrf", null],
  ["sr", null],
  ["nexthop", null],
  ["mptcp", null],
  ["ioam", null],
  ["help", () => usage()],
  ["stats", null],
];

const VERSION = "ip utility, iproute2-6.1.0, libbpf 1.1.2\n";

const usage = (): never => {
  throw new CommandFailure(255, usageOf(""));
};

/** A command line as far as the object. */
interface Asked {
  readonly name: string;
  readonly object: IpObject | null;
  readonly context: IpContext;
  readonly words: Words;
}

/** What is asked for, or the answer if that is all. */
function readIp({ argv, machine, namespace, origin }: CommandContext): Asked | SimpleResult {
  const words = new Words(argv.slice(1));
  const options: IpOptions = takeIpOptions(words);
  if (options.ask === "version") return result({ stdout: VERSION });
  if (options.ask === "usage" || words.done) return usage();
  const chosen =
    options.namespace === null ? namespace : namespaceNamed(machine, options.namespace);
  const context: IpContext = { network: chosen, options, origin, machine };
  const typed = words.take() as string;
  const found = OBJECTS.find(([name]) => isPrefix(typed, name));
  if (found === undefined)
    throw new CommandFailure(1, `Object "${typed}" is unknown, try "ip help".\n`);
  const [name, object] = found;
  return { name, object, context, words };
}

const ip: Command = {
  path: "/usr/sbin/ip",
  aliases: ["/usr/bin/ip", "/sbin/ip", "/bin/ip"],
  *run(context) {
    let watcher: Monitor | null = null;
    const answer = orFailure(() => {
      const asked = readIp(context);
      if (!("words" in asked)) return asked;
      if (asked.object !== null) return asked.object(asked.context, asked.words);
      if (asked.name !== "monitor") throw leftOut(`ip ${asked.name}`);
      watcher = new Monitor(asked.context, asked.words);
      return result({});
    });
    if (answer.stdout !== "") yield* context.out(answer.stdout);
    if (answer.stderr !== "") yield* context.err(answer.stderr);
    return watcher === null ? answer.status : yield* runMonitor(context, watcher);
  },
};

export const IPROUTE_COMMANDS: readonly Command[] = [ip];
