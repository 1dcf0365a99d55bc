/**
 * `brctl` of bridge-utils 1.7: bridges by ioctl, as older guides use them. Left out: details of spanning tree
 * (`showstp`), path costs and priorities of ports.
 */
import {
  addLink,
  BridgeDevice,
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
import { NEW_BRIDGE } from "../ip/link-kinds.ts";

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
  ["setageing", { words: 2, help: "<bridge> <time>\t\tset ageing time", run: setAgeing }],
  ["setfd", { words: 2, help: "<bridge> <time>\t\tset bridge forward delay", run: setDelay }],
  ["show", { words: 0, optional: 64, help: "[ <bridge> ]\t\tshow a list of bridges", run: show }],
  ["showmacs", { words: 1, help: "<bridge>\t\tshow a list of mac addrs", run: showMacs }],
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

function addBridge(context: SimpleContext, [name = ""]: readonly string[]): SimpleResult {
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
    const { bridge, device } = pair(context, name, port);
    const config = context.namespace.config.devices.find(({ index }) => index === device.index);
    if ((config?.master ?? 0) !== 0)
      throw fail(
        `device ${port} is already a member of a bridge; can't enslave it to bridge ${name}.`,
      );
    change(
      context,
      (draft) => setMaster(draft, device.index, bridge.index).errno,
      (errno) =>
        errno === Errno.ELOOP
          ? `device ${port} is a bridge device itself; can't enslave a bridge device to a bridge device.`
          : `can't add ${port} to bridge ${name}: ${errnoText(errno)}`,
    );
  }
  return result({});
}

function deletePort(context: SimpleContext, words: readonly string[]): SimpleResult {
  const [name = "", ...ports] = words;
  for (const port of ports) {
    const { bridge, device } = pair(context, name, port);
    if (!bridge.ports.some((other) => other.device === device))
      throw fail(`device ${port} is not a slave of ${name}`);
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
): { readonly bridge: BridgeDevice; readonly device: HostDevice } {
  const device = context.namespace.deviceNamed(port);
  if (device === undefined) throw fail(`interface ${port} does not exist!`);
  const bridge = bridgeNamed(context, name);
  if (bridge === undefined) throw fail(`bridge ${name} does not exist!`);
  return { bridge, device };
}

/** Changes numbers of a bridge; times are given in seconds. */
function setDetails(
  context: SimpleContext,
  name: string,
  what: string,
  details: Partial<{ ageingTime: number; forwardDelay: number; stp: boolean }>,
): SimpleResult {
  const bridge = bridgeNamed(context, name);
  if (bridge === undefined) throw fail(`${what}: ${errnoText(Errno.ENODEV)}`);
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

function readTime(word: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(word) ? Number(word) : -1;
  if (seconds < 0 || seconds > 1e6) throw fail(`bad ageing time value`);
  return Math.floor(seconds * 100);
}

function setAgeing(
  context: SimpleContext,
  [name = "", time = ""]: readonly string[],
): SimpleResult {
  return setDetails(context, name, "set ageing time failed", { ageingTime: readTime(time) });
}

function setDelay(context: SimpleContext, [name = "", time = ""]: readonly string[]): SimpleResult {
  return setDetails(context, name, "set forward delay failed", { forwardDelay: readTime(time) });
}

function setStp(context: SimpleContext, [name = "", word = ""]: readonly string[]): SimpleResult {
  const on = ["on", "yes", "1"].includes(word);
  if (!on && !["off", "no", "0"].includes(word)) throw fail("expect on/off for argument");
  return setDetails(context, name, "set stp status failed", { stp: on });
}

const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
  one.name < other.name ? -1 : Number(one.name > other.name);

function show(context: SimpleContext, names: readonly string[]): SimpleResult {
  const { namespace } = context;
  let text = "bridge name\tbridge id\t\tSTP enabled\tinterfaces\n";
  let stderr = "";
  const bridges = namespace.devices().filter((device) => device instanceof BridgeDevice);
  for (const name of names)
    if (bridgeNamed(context, name) === undefined) stderr += `bridge ${name} does not exist!\n`;
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
  return result({ status: stderr === "" ? 0 : 1, stdout: text, stderr });
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
