/** `netstat` of net-tools 2.10: routes, interfaces, TCP and UDP sockets. Left out: -s, -g, who owns a socket, other protocols. */
import {
  type Command,
  result,
  type SimpleContext,
  type SimpleResult,
  simpleCommand,
} from "../../command.ts";
import { CommandFailure, orFailure } from "../../options/failure.ts";
import { flag, Getopt, type GetoptOption, valued } from "../../options/getopt.ts";
import { usageFailure, version } from "./failures.ts";
import { allInterfaces } from "./interface.ts";
import { routeTableText } from "./route-table.ts";
import { interfaceText, shortLine, TABLE_HEAD } from "./show-interface.ts";
import { socketTableText } from "./socket-table.ts";
import { NETSTAT_USAGE } from "./usage.ts";

const FLAGS = [
  ...["route", "interfaces", "groups", "statistics", "numeric", "extend", "programs", "listening"],
  ...["all", "tcp", "udp", "raw", "unix", "wide", "verbose", "timers", "continuous", "fib"],
  ...["cache", "symbolic", "masquerade", "version", "help", "udplite", "sctp", "context"],
  ...["inet", "inet6", "numeric-hosts", "numeric-ports", "numeric-users", "protocol"],
] as const;
type Flag = (typeof FLAGS)[number];

const LETTERS: readonly (readonly [string, Flag])[] = [
  ["r", "route"],
  ["i", "interfaces"],
  ["g", "groups"],
  ["s", "statistics"],
  ["n", "numeric"],
  ["e", "extend"],
  ["p", "programs"],
  ["l", "listening"],
  ["a", "all"],
  ["t", "tcp"],
  ["u", "udp"],
  ["w", "raw"],
  ["x", "unix"],
  ["W", "wide"],
  ["v", "verbose"],
  ["o", "timers"],
  ["c", "continuous"],
  ["F", "fib"],
  ["C", "cache"],
  ["N", "symbolic"],
  ["M", "masquerade"],
  ["V", "version"],
  ["h", "help"],
  ["?", "help"],
  ["U", "udplite"],
  ["S", "sctp"],
  ["Z", "context"],
  ["4", "inet"],
  ["6", "inet6"],
];

const OPTIONS: readonly GetoptOption<Flag>[] = [
  ...LETTERS.map(([letter, name]) => flag(letter, name, name)),
  ...(["numeric-hosts", "numeric-ports", "numeric-users"] as const).map((name) =>
    flag("", name, name),
  ),
  valued("A", "protocol", "protocol"),
];

const LEFT_OUT: readonly Flag[] = ["groups", "statistics", "masquerade", "continuous", "context"];

function runNetstat(context: SimpleContext): SimpleResult {
  const given = new Map<Flag, number>();
  const getopt = new Getopt(OPTIONS, context.argv);
  for (let item = getopt.next(); item.kind !== "end"; item = getopt.next()) {
    if (item.kind === "error") throw usageFailure(NETSTAT_USAGE, `${item.message}\n`);
    const name = item.tag === "protocol" && item.value === "inet6" ? "inet6" : item.tag;
    given.set(name, (given.get(name) ?? 0) + 1);
  }
  if (given.has("version")) return version();
  if (given.has("help")) return result({ stdout: NETSTAT_USAGE });
  const missing = LEFT_OUT.find((name) => given.has(name));
  if (missing !== undefined)
    throw new CommandFailure(1, `netstat: --${missing} is left out of lvsim\n`);
  if (given.has("interfaces")) return showInterfaces(context, given);
  return given.has("route") ? showRoutes(context, given) : showSockets(context, given);
}

function showInterfaces(
  { namespace }: SimpleContext,
  given: ReadonlyMap<Flag, number>,
): SimpleResult {
  const shown = allInterfaces(namespace).filter(({ device }) => device.up || given.has("all"));
  if (given.has("extend"))
    return result({ stdout: `Kernel Interface table\n${shown.map(interfaceText).join("")}` });
  return result({ stdout: TABLE_HEAD + shown.map(shortLine).join("") });
}

/** Each -e turns to the next of the three styles, of which `netstat` begins with the second. */
function showRoutes(
  { machine, namespace }: SimpleContext,
  given: ReadonlyMap<Flag, number>,
): SimpleResult {
  const extends_ = given.get("extend") ?? 0;
  const extended = extends_ === 0 ? 1 : extends_ === 1 ? 0 : 2;
  const style = { numeric: given.has("numeric"), extended } as const;
  return result({ stdout: routeTableText(namespace, machine.files, style) });
}

function showSockets(
  { machine, namespace }: SimpleContext,
  given: ReadonlyMap<Flag, number>,
): SimpleResult {
  const families: readonly Flag[] = ["tcp", "udp", "raw", "unix", "udplite", "sctp"];
  const all = !families.some((name) => given.has(name));
  const which = given.has("listening") ? "listening" : given.has("all") ? "all" : "connected";
  const inet = all || given.has("tcp") || given.has("udp") || given.has("raw");
  let stdout = "";
  if (inet)
    stdout += socketTableText(namespace, machine.files, {
      tcp: all || given.has("tcp"),
      udp: all || given.has("udp"),
      which,
      numericHosts: given.has("numeric") || given.has("numeric-hosts"),
      numericPorts: given.has("numeric") || given.has("numeric-ports"),
      programs: given.has("programs"),
    });
  if ((all && !given.has("inet")) || given.has("unix")) stdout += unixText(which, given);
  return result({ stdout });
}

const WHICH = {
  listening: "only servers",
  all: "servers and established",
  connected: "w/o servers",
} as const;

/** No socket of this kind is modelled; the table is empty. */
const unixText = (which: keyof typeof WHICH, given: ReadonlyMap<Flag, number>): string =>
  `Active UNIX domain sockets (${WHICH[which]})\n` +
  `Proto RefCnt Flags       Type       State         I-Node   ${given.has("programs") ? "PID/Program name     " : ""}Path\n`;

export const netstat: Command = simpleCommand(
  "/usr/bin/netstat",
  (context) => orFailure(() => runNetstat(context)),
  { aliases: ["/bin/netstat"] },
);
