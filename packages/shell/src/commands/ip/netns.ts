/**
 * `ip netns`: names of network namespaces, ids that namespaces have for each other, and who runs in them. `exec` and
 * `monitor` take time and stand elsewhere. Left out: /etc/netns, and that a name's file can be opened.
 */
import { errnoText, type NetworkNamespace } from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { CommandFailure } from "../../options/failure.ts";
import { invalidArgument, isPrefix, unknownCommand, type Words } from "../../options/iproute2.ts";
import type { Process } from "../../process/process.ts";
import { parseUnsigned } from "./arguments.ts";
import { type IpContext, kernelRefusal, leftOut, usageOf } from "./context.ts";
import { nameOf } from "./link-view.ts";
import { Printer } from "./printer.ts";

const NAME_LENGTH_MAX = 255;

/** Status 255 when there is none; "" is the machine's first, which has no name. */
export function namespaceNamed(machine: Kernel, name: string, status = 255): NetworkNamespace {
  const namespace = name === "" ? undefined : machine.namespaces.get(name);
  if (namespace === undefined)
    throw new CommandFailure(
      status,
      `Cannot open network namespace "${name}": No such file or directory\n`,
    );
  return namespace;
}

type Verb = (context: IpContext, words: Words) => SimpleResult;

/** In iproute2's order, which decides what an abbreviation means. */
const VERBS: readonly (readonly [string, Verb])[] = [
  ["list", listNamespaces],
  ["show", listNamespaces],
  ["lst", listNamespaces],
  ["list-id", listIds],
  ["help", () => usage()],
  ["add", addNamespace],
  ["set", setId],
  ["delete", deleteNamespace],
  ["identify", identify],
  ["pids", listPids],
  ["exec", execAtOnce],
  ["monitor", monitorAtOnce],
  ["attach", attach],
];

function usage(): never {
  throw new CommandFailure(255, usageOf("netns"));
}

export function netnsObject(context: IpContext, words: Words): SimpleResult {
  const typed = words.take();
  if (typed === undefined) return listNamespaces(context);
  const name = words.here;
  if (name !== undefined && !isName(name))
    throw new CommandFailure(255, `Invalid netns name "${name}"\n`);
  const verb = VERBS.find(([word]) => isPrefix(typed, word));
  if (verb === undefined) throw unknownCommand(typed, "netns");
  return verb[1](context, words);
}

/** What can be a file's name. */
const isName = (name: string): boolean =>
  name !== "" &&
  name !== "." &&
  name !== ".." &&
  !name.includes("/") &&
  name.length <= NAME_LENGTH_MAX;

const namesOf = ({ namespaces }: Kernel): string[] =>
  Array.from(namespaces.keys()).filter((name) => name !== "");

function listNamespaces({ machine, network, options }: IpContext): SimpleResult {
  const printer = new Printer(options);
  // the directory of their names shows the newest first
  for (const name of namesOf(machine).reverse())
    printer.object("", () => {
      printer.field("name", name, name);
      const id = machine.network.idOf(network, machine.namespaces.get(name) as NetworkNamespace);
      if (id >= 0) printer.field("id", id, ` (id: ${id})`);
      printer.say("\n");
    });
  return result({ stdout: printer.finish() });
}

function listIds({ machine, network, options }: IpContext): SimpleResult {
  const printer = new Printer(options);
  const known = machine.network.all
    .map((namespace) => ({ namespace, id: machine.network.idOf(network, namespace) }))
    .filter(({ id }) => id >= 0)
    .sort((a, b) => a.id - b.id);
  for (const { id, namespace } of known)
    printer.object("", () => {
      printer.field("nsid", id, `nsid ${id} `);
      const name = nameOf(machine, namespace);
      if (name !== null) printer.field("name", name, `(iproute2 netns name: ${name})`);
      printer.say("\n");
    });
  return result({ stdout: printer.finish() });
}

const failure = (message: string): CommandFailure => new CommandFailure(1, `${message}\n`);

function nameIn(words: Words): string {
  const name = words.take();
  if (name === undefined) throw failure("No netns name specified");
  return name;
}

const fileOf = (name: string): string => `"/run/netns/${name}"`;

function addNamespace({ machine }: IpContext, words: Words): SimpleResult {
  const name = nameIn(words);
  if (machine.namespaces.has(name))
    throw failure(`Cannot create namespace file ${fileOf(name)}: File exists`);
  machine.addNamespace(name);
  return result({});
}

/** Gives a name to the namespace of a process. */
function attach({ machine }: IpContext, words: Words): SimpleResult {
  const name = words.take();
  const pid = words.take();
  if (name === undefined || pid === undefined) throw failure("No netns name and PID specified");
  const number = parseUnsigned(pid) ?? 0;
  if (number === 0) throw failure(`Invalid PID: ${pid}`);
  if (machine.namespaces.has(name))
    throw failure(`Cannot create namespace file ${fileOf(name)}: File exists`);
  const found = machine.processes.get(number);
  if (found === undefined)
    throw failure(`Bind /proc/${number}/ns/net -> /run/netns/${name} failed: ${errnoText(2)}`);
  machine.namespaces.set(name, found.namespace);
  return result({});
}

function deleteNamespace({ machine, options, origin }: IpContext, words: Words): SimpleResult {
  if (options.all) {
    for (const name of namesOf(machine).reverse()) forget(machine, name, origin);
    return result({});
  }
  const name = nameIn(words);
  if (!machine.namespaces.has(name))
    throw failure(`Cannot remove namespace file ${fileOf(name)}: No such file or directory`);
  forget(machine, name, origin);
  return result({});
}

function forget(machine: Kernel, name: string, origin: IpContext["origin"]): void {
  const namespace = machine.namespaces.get(name) as NetworkNamespace;
  machine.namespaces.delete(name);
  machine.releaseNamespace(namespace, origin);
}

function setId({ machine, network }: IpContext, words: Words): SimpleResult {
  const name = nameIn(words);
  const word = words.take();
  if (word === undefined) throw failure("No nsid specified");
  const id = word === "auto" ? -1 : parseUnsigned(word);
  if (id === undefined) throw invalidArgument('Invalid "netnsid" value\n', word);
  const other = namespaceNamed(machine, name, 1);
  const isKnown = machine.network.idOf(network, other) >= 0;
  if (id < 0 && !isKnown) machine.network.giveId(network, other);
  else {
    const errno = machine.network.setId(network, other, id);
    if (errno !== 0) throw kernelRefusal(errno);
  }
  return result({});
}

/** The names of the namespace that a process is in: its own where none is said. */
function identify({ machine, network }: IpContext, words: Words): SimpleResult {
  const word = words.take();
  if (!words.done) throw failure("extra arguments specified");
  let namespace: NetworkNamespace | undefined = network;
  if (word !== undefined) {
    const pid = parseUnsigned(word);
    if (pid === undefined) throw failure(`Specified string '${word}' is not a pid`);
    namespace = machine.processes.get(pid)?.namespace;
    if (namespace === undefined && pid === 1) namespace = machine.network.first;
  }
  if (namespace === undefined) throw failure(`Cannot open network namespace: ${errnoText(2)}`);
  const names = namesOf(machine).filter((name) => machine.namespaces.get(name) === namespace);
  return result({ stdout: names.map((name) => `${name}\n`).join("") });
}

function listPids({ machine }: IpContext, words: Words): SimpleResult {
  const name = nameIn(words);
  if (!words.done) throw failure("extra arguments specified");
  const namespace = machine.namespaces.get(name);
  if (namespace === undefined) throw failure(`Cannot open network namespace: ${errnoText(2)}`);
  const inside = Array.from(machine.processes.values()).filter(
    (process: Process) => process.namespace === namespace,
  );
  const pids = inside.map(({ pid }) => pid).sort((a, b) => a - b);
  return result({ stdout: pids.map((pid) => `${pid}\n`).join("") });
}

/** Where nothing waits, as in a batch file. */
function execAtOnce({ machine }: IpContext, words: Words): never {
  namespaceNamed(machine, words.take() ?? "");
  throw leftOut("ip netns exec");
}

function monitorAtOnce(): never {
  throw leftOut("ip netns monitor");
}
