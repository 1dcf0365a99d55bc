/**
 * `netstat` of net-tools 2.10: routes, interfaces, groups, counters, TCP and UDP sockets. Left out: other protocols, and
 * groups but the one that every interface is in.
 */

import { later, seconds } from "@lvsim/core";
import {
  type Command,
  type CommandContext,
  result,
  type SimpleContext,
  type SimpleResult,
} from "../../command.ts";
import { socketOwners } from "../../network/socket-owners.ts";
import { CommandFailure, orFailure } from "../../options/failure.ts";
import { flag, Getopt, type GetoptOption, valued } from "../../options/getopt.ts";
import { until, type Wait } from "../../process/wait.ts";
import { usageFailure, version } from "./failures.ts";
import { allInterfaces } from "./interface.ts";
import { routeTableText } from "./route-table.ts";
import { interfaceText, shortLine, TABLE_HEAD } from "./show-interface.ts";
import { socketTableText } from "./socket-table.ts";
import { statisticsText } from "./statistics.ts";
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

/** What is shown once, even with -c. */
const ONCE: readonly Flag[] = ["version", "help", "statistics"];
const KINDS: readonly Flag[] = ["tcp", "udp", "raw", "unix", "udplite", "sctp"];

const OPTIONS: readonly GetoptOption<Flag>[] = [
  ...LETTERS.map(([letter, name]) => flag(letter, name, name)),
  ...(["numeric-hosts", "numeric-ports", "numeric-users"] as const).map((name) =>
    flag("", name, name),
  ),
  valued("A", "protocol", "protocol"),
];

function readFlags(argv: readonly string[]): Map<Flag, number> {
  const given = new Map<Flag, number>();
  const getopt = new Getopt(OPTIONS, argv);
  for (let item = getopt.next(); item.kind !== "end"; item = getopt.next()) {
    if (item.kind === "error") throw usageFailure(NETSTAT_USAGE, `${item.message}\n`);
    const name = item.tag === "protocol" && item.value === "inet6" ? "inet6" : item.tag;
    given.set(name, (given.get(name) ?? 0) + 1);
  }
  return given;
}

function answer(context: SimpleContext, given: ReadonlyMap<Flag, number>): SimpleResult {
  if (given.has("version")) return version();
  if (given.has("help")) return result({ stdout: NETSTAT_USAGE });
  if (given.has("context"))
    throw new CommandFailure(1, "SELinux is not enabled on this machine.\n");
  if (given.has("masquerade"))
    throw new CommandFailure(1, "netstat: no support for `ip_masquerade' on this system.\n");
  if (given.has("statistics")) return showStatistics(context, given);
  if (given.has("groups")) return showGroups(context);
  if (given.has("interfaces")) return showInterfaces(context, given);
  return given.has("route") ? showRoutes(context, given) : showSockets(context, given);
}

function showStatistics(
  { namespace }: SimpleContext,
  given: ReadonlyMap<Flag, number>,
): SimpleResult {
  const all = !KINDS.some((name) => given.has(name));
  const has = (name: Flag): boolean => all || given.has(name);
  return result({
    stdout: statisticsText(namespace, { tcp: has("tcp"), udp: has("udp"), raw: has("raw") }),
  });
}

const GROUPS_HEAD =
  "IPv6/IPv4 Group Memberships\n" +
  "Interface       RefCnt Group\n" +
  "--------------- ------ ---------------------\n";
const ALL_HOSTS = "224.0.0.1";

/** Who is up listens to all hosts' group (RFC 1112 §4). */
function showGroups({ namespace }: SimpleContext): SimpleResult {
  const up = namespace.devices().filter((device) => device.up);
  const lines = up.map(({ name }) => `${name.padEnd(15)} ${"1".padEnd(6)} ${ALL_HOSTS}\n`);
  return result({ stdout: GROUPS_HEAD + lines.join("") });
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
  const all = !KINDS.some((name) => given.has(name));
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
      numericUsers: given.has("numeric") || given.has("numeric-users"),
      extended: given.has("extend"),
      owners: given.has("programs") ? socketOwners(machine, namespace) : null,
      timers: given.has("timers"),
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

/** Between two listings of -c. */
const PAUSE = seconds(1);

function* run(context: CommandContext): Generator<Wait, number, void> {
  const { argv, env, cwd, namespace, machine, process, origin } = context;
  const plain: SimpleContext = { argv, env, cwd, namespace, machine, process, origin };
  let given: ReadonlyMap<Flag, number> = new Map();
  const once = (): SimpleResult => {
    given = readFlags(argv);
    return answer(plain, given);
  };
  for (;;) {
    const { status, stderr, stdout } = orFailure(once);
    yield* context.out(stdout);
    yield* context.err(stderr);
    if (status !== 0 || !isRepeated(given)) return status;
    yield until(later(machine.now, PAUSE));
  }
}

const isRepeated = (given: ReadonlyMap<Flag, number>): boolean =>
  given.has("continuous") && !ONCE.some((name) => given.has(name));

export const netstat: Command = { path: "/usr/bin/netstat", aliases: ["/bin/netstat"], run };
