/**
 * `brctl` of bridge-utils 1.7: bridges by ioctl, as older guides use them; what it says was recorded. Left out: details
 * of spanning tree (`showstp`).
 */
import {
  addLink,
  type BridgeDetails,
  BridgeDevice,
  type BridgePortConfig,
  Errno,
  errnoText,
  formatMacAddress,
  type HostDevice,
  type MacAddress,
  type NamespaceDraft,
  setMaster,
} from "@lvsim/core";
import {
  type Command,
  result,
  type SimpleContext,
  type SimpleResult,
  simpleCommand,
} from "../../command.ts";
import { CommandFailure, orFailure } from "../../options/failure.ts";
import { type Changes, NEW_BRIDGE } from "../ip/link-kinds.ts";

/** IFNAMSIZ without its end: what the tool copies of a name. */
const NAME_MAX = 15;

type Run = (context: SimpleContext, words: readonly string[]) => SimpleResult;

interface Subcommand {
  readonly words: number;
  /** What may follow, where it may be left out. */
  readonly optional?: number;
  readonly help: string;
  readonly run: Run;
}

const COMMANDS: ReadonlyMap<string, Subcommand> = new Map<string, Subcommand>([
  ["addbr", { words: 1, help: "<bridge>\t\tadd bridge", run: addBridge }],
  ["delbr", { words: 1, help: "<bridge>\t\tdelete bridge", run: deleteBridge }],
  [
    "addif",
    { words: 2, optional: 64, help: "<bridge> <device>\tadd interface to bridge", run: addPort },
  ],
  [
    "delif",
    {
      words: 2,
      optional: 64,
      help: "<bridge> <device>\tdelete interface from bridge",
      run: deletePort,
    },
  ],
  ["hairpin", { words: 3, help: "<bridge> <port> {on|off}\tturn hairpin on/off", run: setHairpin }],
  ["setageing", { words: 2, help: "<bridge> <time>\t\tset ageing time", run: setAgeing }],
  ["setbridgeprio", { words: 2, help: "<bridge> <prio>\t\tset bridge priority", run: setPriority }],
  ["setfd", { words: 2, help: "<bridge> <time>\t\tset bridge forward delay", run: setDelay }],
  ["sethello", { words: 2, help: "<bridge> <time>\t\tset hello time", run: setHello }],
  ["setmaxage", { words: 2, help: "<bridge> <time>\t\tset max message age", run: setMaxAge }],
  ["setpathcost", { words: 3, help: "<bridge> <port> <cost>\tset path cost", run: setPathCost }],
  [
    "setportprio",
    { words: 3, help: "<bridge> <port> <prio>\tset port priority", run: setPortPriority },
  ],
  ["show", { words: 0, optional: 64, help: "[ <bridge> ]\t\tshow a list of bridges", run: show }],
  ["showmacs", { words: 1, help: "<bridge>\t\tshow a list of mac addrs", run: showMacs }],
  ["showstp", { words: 1, help: "<bridge>\t\tshow bridge stp info", run: showStp }],
  ["stp", { words: 2, help: "<bridge> {on|off}\tturn stp on/off", run: setStp }],
]);

const USAGE = `Usage: brctl [commands]\ncommands:\n${Array.from(COMMANDS)
  .map(([name, { help }]) => `\t${name.padEnd(10)}\t${help}\n`)
  .join("")}`;

const fail = (text: string, status = 1): CommandFailure => new CommandFailure(status, `${text}\n`);

function runBrctl(context: SimpleContext): SimpleResult {
  const [, verb, ...words] = context.argv;
  if (verb === undefined || verb === "--help" || verb === "-h")
    throw new CommandFailure(verb === undefined ? 1 : 0, USAGE);
  if (verb === "--version" || verb === "-V") return result({ stdout: "bridge-utils, 1.7\n" });
  const command = COMMANDS.get(verb);
  if (command === undefined)
    throw new CommandFailure(1, `never heard of command [${verb}]\n${USAGE}`);
  const most = command.words + (command.optional ?? 0);
  if (words.length < command.words || words.length > most)
    throw fail(`Incorrect number of arguments for command\nUsage: brctl ${verb} ${command.help}`);
  return command.run(context, words);
}

const bridgeNamed = ({ namespace }: SimpleContext, name: string): BridgeDevice | undefined => {
  const device = namespace.deviceNamed(name);
  return device instanceof BridgeDevice ? device : undefined;
};

/** As `change`, with what the caller says of an error. */
function change(
  { namespace, origin }: SimpleContext,
  recipe: (draft: NamespaceDraft) => number,
  complaint: (errno: number) => string,
): SimpleResult {
  const errno = namespace.change(origin, recipe);
  if (errno !== 0) throw fail(complaint(errno));
  return result({});
}

function addBridge(context: SimpleContext, [word = ""]: readonly string[]): SimpleResult {
  const name = word.slice(0, NAME_MAX);
  const rng = context.machine.rng.stream(`mac/${context.namespace.name}/${name}`);
  const high = (rng.below(0x10000) & 0xfeff) | 0x0200;
  const mac = (high * 0x100000000 + rng.below(0x100000000)) as MacAddress;
  const spec = { name, kind: "bridge", mac, mtu: 1500, noArp: false, index: 0 } as const;
  return change(
    context,
    (draft) => addLink(draft, { ...spec, details: NEW_BRIDGE }),
    (errno) =>
      errno === Errno.EEXIST
        ? `device ${name} already exists; can't create bridge with the same name`
        : `add bridge failed: ${errnoText(errno)}`,
  );
}

function deleteBridge(context: SimpleContext, [name = ""]: readonly string[]): SimpleResult {
  const device = context.namespace.deviceNamed(name);
  if (device === undefined) throw fail(`bridge ${name} doesn't exist; can't delete it`);
  if (!(device instanceof BridgeDevice))
    throw fail(`can't delete bridge ${name}: Operation not permitted`);
  if (device.up) throw fail(`bridge ${name} is still up; can't delete it`);
  const { machine, namespace, origin } = context;
  machine.network.remove({ namespace, index: device.index }, origin);
  return result({});
}

function addPort(context: SimpleContext, words: readonly string[]): SimpleResult {
  const [name = "", ...ports] = words;
  for (const port of ports) {
    const { bridge, device } = pair(context, name, port, `can't add ${port} to bridge ${name}`);
    const config = context.namespace.config.devices.find(({ index }) => index === device.index);
    if ((config?.master ?? 0) !== 0)
      throw fail(`device ${port} is already a member of a bridge; can't add it to bridge ${name}.`);
    change(
      context,
      (draft) => setMaster(draft, device.index, bridge.index).errno,
      (errno) =>
        errno === Errno.ELOOP
          ? `device ${port} is a bridge device itself; can't add a bridge device to a bridge device.`
          : `can't add ${port} to bridge ${name}: ${errnoText(errno)}`,
    );
  }
  return result({});
}

function deletePort(context: SimpleContext, words: readonly string[]): SimpleResult {
  const [name = "", ...ports] = words;
  for (const port of ports) {
    const { bridge, device } = pair(context, name, port, `can't delete ${port} from ${name}`);
    if (!bridge.ports.some((other) => other.device === device))
      throw fail(`device ${port} is not a port of ${name}`);
    change(
      context,
      (draft) => setMaster(draft, device.index, 0).errno,
      (errno) => `can't delete ${port} from ${name}: ${errnoText(errno)}`,
    );
  }
  return result({});
}

function pair(
  context: SimpleContext,
  name: string,
  port: string,
  what: string,
): { readonly bridge: BridgeDevice; readonly device: HostDevice } {
  const device = context.namespace.deviceNamed(port);
  if (device === undefined) throw fail(`interface ${port} does not exist!`);
  const bridge = context.namespace.deviceNamed(name);
  if (bridge === undefined) throw fail(`bridge ${name} does not exist!`);
  if (!(bridge instanceof BridgeDevice)) throw fail(`${what}: ${errnoText(Errno.EOPNOTSUPP)}`);
  return { bridge, device };
}

/** Changes numbers of a bridge; times are given in seconds. */
function setDetails(
  context: SimpleContext,
  name: string,
  what: string,
  details: Changes<BridgeDetails>,
  isInRange = true,
): SimpleResult {
  const bridge = bridgeNamed(context, name);
  if (bridge === undefined) throw fail(`${what}: ${errnoText(Errno.ENODEV)}`);
  if (!isInRange) throw fail(`${what}: ${errnoText(Errno.ERANGE)}`);
  return change(
    context,
    (draft) => {
      const found = draft.devices.find(({ index }) => index === bridge.index);
      if (found?.details?.kind === "bridge") Object.assign(found.details, details);
      return 0;
    },
    (errno) => `${what}: ${errnoText(errno)}`,
  );
}

/** Hundredths of a second. */
function readTime(word: string, what: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(word) ? Number(word) : -1;
  if (seconds < 0 || seconds > 1e6) throw fail(`bad ${what} value`);
  return Math.floor(seconds * 100);
}

function setAgeing(
  context: SimpleContext,
  [name = "", word = ""]: readonly string[],
): SimpleResult {
  const ageingTime = readTime(word, "ageing time");
  return setDetails(context, name, "set ageing time failed", { ageingTime });
}

function setDelay(context: SimpleContext, [name = "", word = ""]: readonly string[]): SimpleResult {
  const forwardDelay = readTime(word, "forward delay");
  return setDetails(context, name, "set forward delay failed", { forwardDelay });
}

/** 1 to 10 seconds (BR_MIN_HELLO_TIME, BR_MAX_HELLO_TIME). */
function setHello(context: SimpleContext, [name = "", word = ""]: readonly string[]): SimpleResult {
  const helloTime = readTime(word, "hello timer");
  const isInRange = helloTime >= 100 && helloTime <= 1000;
  return setDetails(context, name, "set hello timer failed", { helloTime }, isInRange);
}

/** 6 to 40 seconds (BR_MIN_MAX_AGE, BR_MAX_MAX_AGE). */
function setMaxAge(
  context: SimpleContext,
  [name = "", word = ""]: readonly string[],
): SimpleResult {
  const maxAge = readTime(word, "max age");
  const isInRange = maxAge >= 600 && maxAge <= 4000;
  return setDetails(context, name, "set max age failed", { maxAge }, isInRange);
}

function readNumber(word: string, what: string): number {
  if (!/^\d{1,9}$/.test(word)) throw fail(`bad ${what}`);
  return Number(word);
}

function setPriority(
  context: SimpleContext,
  [name = "", word = ""]: readonly string[],
): SimpleResult {
  const priority = readNumber(word, "priority") & 0xffff;
  return setDetails(context, name, "set bridge priority failed", { priority });
}

function setStp(context: SimpleContext, [name = "", word = ""]: readonly string[]): SimpleResult {
  return setDetails(context, name, "set stp status failed", { stp: readSwitch(word) });
}

function readSwitch(word: string): boolean {
  const on = ["on", "yes", "1"].includes(word);
  if (!on && !["off", "no", "0"].includes(word)) throw fail("expect on/off for argument");
  return on;
}

/** Changes numbers of a port. */
function setPort(
  context: SimpleContext,
  [name = "", port = ""]: readonly string[],
  what: string,
  settings: Changes<BridgePortConfig>,
): SimpleResult {
  const bridge = bridgeNamed(context, name);
  const device = context.namespace.deviceNamed(port);
  if (bridge === undefined || device === undefined)
    throw fail(`${what}: ${errnoText(Errno.ENODEV)}`);
  if (!bridge.ports.some((one) => one.device === device))
    throw fail(`${what}: ${errnoText(Errno.ENOENT)}`);
  return change(
    context,
    (draft) => {
      const found = draft.devices.find(({ index }) => index === device.index);
      if (found?.port) Object.assign(found.port, settings);
      return 0;
    },
    (errno) => `${what}: ${errnoText(errno)}`,
  );
}

function setPathCost(context: SimpleContext, words: readonly string[]): SimpleResult {
  const cost = readNumber(words[2] ?? "", "path cost value");
  if (cost < 1 || cost > 65_535) throw fail(`set path cost failed: ${errnoText(Errno.ERANGE)}`);
  return setPort(context, words, "set path cost failed", { cost });
}

function setPortPriority(context: SimpleContext, words: readonly string[]): SimpleResult {
  const priority = readNumber(words[2] ?? "", "path priority value");
  if (priority > 63) throw fail(`set port priority failed: ${errnoText(Errno.ERANGE)}`);
  return setPort(context, words, "set port priority failed", { priority });
}

/** By a file of the port below /sys, which another device has not. */
function setHairpin(context: SimpleContext, words: readonly string[]): SimpleResult {
  const [name = "", port = "", word = ""] = words;
  const hairpin = readSwitch(word);
  if (context.namespace.deviceNamed(port) === undefined)
    throw fail(`interface ${port} does not exist!`);
  if (bridgeNamed(context, name) === undefined) throw fail(`bridge ${name} does not exist!`);
  const what = `can't set ${port} to hairpin on bridge ${name}`;
  return setPort(context, words, what, { hairpin });
}

function showStp(context: SimpleContext, [name = ""]: readonly string[]): SimpleResult {
  if (bridgeNamed(context, name) === undefined) throw fail(`bridge ${name} does not exist!`);
  throw fail("brctl: showstp is left out of lvsim");
}

const LIST_HEAD = "bridge name\tbridge id\t\tSTP enabled\tinterfaces\n";

const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
  one.name < other.name ? -1 : Number(one.name > other.name);

function show(context: SimpleContext, names: readonly string[]): SimpleResult {
  const { namespace } = context;
  let text = "";
  let stderr = "";
  const bridges = namespace.devices().filter((device) => device instanceof BridgeDevice);
  for (const name of names)
    if (namespace.deviceNamed(name) === undefined) stderr += `bridge ${name} does not exist!\n`;
    else if (bridgeNamed(context, name) === undefined)
      stderr += `device ${name} is not a bridge!\n`;
  const chosen = bridges.filter(({ name }) => names.length === 0 || names.includes(name));
  for (const bridge of chosen.slice().sort(byName)) {
    const config = namespace.config.devices.find(({ index }) => index === bridge.index);
    if (config?.details?.kind !== "bridge") continue;
    const { priority, stp } = config.details;
    const id = `${priority.toString(16).padStart(4, "0")}.${bridge.mac.toString(16).padStart(12, "0")}`;
    const ports = bridge.ports.map(({ device }) => device).sort(byName);
    const list = ports.map(({ name }) => name).join(`\n${"\t".repeat(7)}`);
    text += `${bridge.name}\t\t${id}\t${stp ? "yes" : "no"}\t\t${list}\n`;
  }
  const head = names.length === 0 || chosen.length > 0 ? LIST_HEAD : "";
  return result({ status: stderr === "" ? 0 : 1, stdout: head + text, stderr });
}

function showMacs(context: SimpleContext, [name = ""]: readonly string[]): SimpleResult {
  const bridge = bridgeNamed(context, name);
  if (bridge === undefined) throw fail(`read of forward table failed: ${errnoText(Errno.ENODEV)}`);
  const { now } = context.namespace.engine;
  const entries = bridge.fdb
    .list(now)
    .filter(({ port }) => port !== null)
    .sort((one, other) => one.mac - other.mac);
  let text = "port no\tmac addr\t\tis local?\tageing timer\n";
  for (const { fixed, local, mac, port, updatedAt } of entries) {
    const age = fixed ? 0 : Math.floor((now - updatedAt) / 1e7);
    const timer = `${String(Math.floor(age / 100)).padStart(4)}.${String(age % 100).padStart(2, "0")}`;
    const number = String(port?.settings.number ?? 0).padStart(3);
    const line = `${number}\t${formatMacAddress(mac)}\t${local ? "yes" : "no"}\t\t${timer}\n`;
    // the kernel has its own addresses once more for VLAN 1
    text += local ? line.repeat(2) : line;
  }
  return result({ stdout: text });
}

export const brctl: Command = simpleCommand(
  "/usr/sbin/brctl",
  (context) => orFailure(() => runBrctl(context)),
  { aliases: ["/sbin/brctl"] },
);
