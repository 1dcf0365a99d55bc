/** The words of `ip link add` and `ip link set` before the kind's own (`iplink_parse`). */
import type { MacAddress, NetworkNamespace } from "@lvsim/core";
import type { Kernel } from "../../kernel/kernel.ts";
import { CommandFailure } from "../../options/failure.ts";
import {
  duplicateArgument,
  duplicateOrGarbage,
  invalidArgument,
  isPrefix,
  type Words,
} from "../../options/iproute2.ts";
import { parseUnsigned, readMac } from "./arguments.ts";
import { type IpContext, leftOut, usageOf } from "./context.ts";

/** What was asked for; null and undefined: nothing was said. */
export interface LinkRequest {
  /** The word that stands alone or behind `dev`. */
  device: string | null;
  name: string | null;
  type: string | null;
  link: string | null;
  index: number;
  mac: MacAddress | null;
  mtu: number | null;
  queueLength: number | null;
  network: NetworkNamespace | null;
  /** Interface index of a bridge; 0 for `nomaster`. */
  master: number | null;
  up: boolean | null;
  noArp: boolean | null;
  promiscuous: boolean | null;
  allMulticast: boolean | null;
  alias: string | null;
  group: number | null;
}

export const emptyRequest = (): LinkRequest => ({
  device: null,
  name: null,
  type: null,
  link: null,
  index: 0,
  mac: null,
  mtu: null,
  queueLength: null,
  network: null,
  master: null,
  up: null,
  noArp: null,
  promiscuous: null,
  allMulticast: null,
  alias: null,
  group: null,
});

const NAME_LENGTH_MAX = 15;
const ALIAS_LENGTH_MAX = 255;

/** `check_altifname`. */
const isWord = (name: string): boolean => name !== "" && !/[\s/]/.test(name);
const isName = (name: string): boolean => isWord(name) && name.length <= NAME_LENGTH_MAX;

/** Reads up to and with `type KIND`, or to the end. */
export function readLinkWords(context: IpContext, words: Words): LinkRequest {
  const request = emptyRequest();
  while (!words.done && request.type === null) takeWord(context, words, request);
  return request;
}

type Take = (words: Words, request: LinkRequest, context: IpContext) => void;

const TAKE: ReadonlyMap<string, Take> = new Map<string, Take>([
  ["up", (_words, request) => put(request, "up", true)],
  ["down", (_words, request) => put(request, "up", false)],
  ["name", takeName],
  ["index", takeIndex],
  ["link", (words, request) => put(request, "link", words.value())],
  ["address", (words, request) => put(request, "mac", readMac(words.value()))],
  ["txqueuelen", takeQueueLength],
  ["txqlen", takeQueueLength],
  ["qlen", takeQueueLength],
  ["mtu", takeMtu],
  ["netns", takeNetwork],
  ["master", takeMaster],
  ["vrf", takeMaster],
  ["nomaster", (_words, request) => put(request, "master", 0)],
  ["arp", (words, request) => put(request, "noArp", !readSwitch("arp", words.value()))],
  [
    "promisc",
    (words, request) => put(request, "promiscuous", readSwitch("promisc", words.value())),
  ],
  [
    "allmulticast",
    (words, request) => put(request, "allMulticast", readSwitch("allmulticast", words.value())),
  ],
  ["multicast", (words) => keepSwitch("multicast", words.value(), true)],
  ["dynamic", (words) => keepSwitch("dynamic", words.value(), false)],
  ["alias", takeAlias],
  ["group", takeGroup],
  ["type", (words, request) => put(request, "type", words.value())],
]);

const LEFT_OUT = [
  ...["broadcast", "brd", "mode", "state", "link-netns", "link-netnsid", "vf", "xdp", "xdpgeneric"],
  ...["addrgenmode", "carrier", "protodown", "numtxqueues", "numrxqueues", "gso_max_size"],
  ...["gso_max_segs", "gro_max_size", "parentdev", "trailers"],
];

function takeWord(context: IpContext, words: Words, request: LinkRequest): void {
  const word = words.take() as string;
  const take = TAKE.get(word) ?? (isPrefix(word, "type") ? TAKE.get("type") : undefined);
  if (take !== undefined) return take(words, request, context);
  if (LEFT_OUT.includes(word)) throw leftOut(`ip link set ${word}`);
  if (isPrefix(word, "help")) throw new CommandFailure(255, usageOf("link"));
  const name = word === "dev" ? words.value() : word;
  if (request.device !== null) throw duplicateOrGarbage("dev", name);
  if (!isWord(name)) throw invalidArgument('"dev" not a valid ifname', name);
  request.device = name;
}

function put<Key extends keyof LinkRequest>(
  request: LinkRequest,
  key: Key,
  value: LinkRequest[Key],
): void {
  request[key] = value;
}

function takeName(words: Words, request: LinkRequest): void {
  const name = words.value();
  if (request.name !== null) throw duplicateArgument("name", name);
  if (!isName(name)) throw invalidArgument('"name" not a valid ifname', name);
  request.name = name;
}

function takeIndex(words: Words, request: LinkRequest): void {
  const word = words.value();
  if (request.index !== 0) throw duplicateArgument("index", word);
  const index = Number.parseInt(word, 10);
  if (!(index > 0 && index <= 0x7fffffff)) throw invalidArgument('Invalid "index" value', word);
  request.index = index;
}

function takeQueueLength(words: Words, request: LinkRequest): void {
  const word = words.value();
  if (request.queueLength !== null) throw duplicateArgument("txqueuelen", word);
  const length = parseUnsigned(word);
  if (length === undefined || length > 0x7fffffff)
    throw invalidArgument('Invalid "txqueuelen" value\n', word);
  request.queueLength = length;
}

function takeMtu(words: Words, request: LinkRequest): void {
  const word = words.value();
  if (request.mtu !== null) throw duplicateArgument("mtu", word);
  const mtu = parseUnsigned(word);
  if (mtu === undefined || mtu > 0x7fffffff) throw invalidArgument('Invalid "mtu" value\n', word);
  request.mtu = mtu;
}

/** A name, or the process whose namespace is meant. */
function takeNetwork(words: Words, request: LinkRequest, { machine }: IpContext): void {
  const word = words.value();
  if (request.network !== null) throw duplicateArgument("netns", word);
  const named = word === "" ? undefined : machine.namespaces.get(word);
  const found = named ?? networkOfProcess(machine, parseUnsigned(word));
  if (found === undefined) throw invalidArgument('Invalid "netns" value\n', word);
  request.network = found;
}

/** Of process 1 when there is no other with this number: that one is always there. */
function networkOfProcess(
  { network, processes }: Kernel,
  pid: number | undefined,
): NetworkNamespace | undefined {
  if (pid === undefined) return undefined;
  return pid === 1 ? network.first : processes.get(pid)?.namespace;
}

function takeMaster(words: Words, request: LinkRequest, { network }: IpContext): void {
  const word = words.value();
  const master = network.deviceNamed(word);
  if (master === undefined) throw invalidArgument("Device does not exist\n", word);
  request.master = master.index;
}

function takeAlias(words: Words, request: LinkRequest): void {
  const alias = words.value();
  if (alias.length > ALIAS_LENGTH_MAX) throw invalidArgument("alias too long\n", alias);
  request.alias = alias;
}

function takeGroup(words: Words, request: LinkRequest): void {
  request.group = readGroup(words.value());
}

export function readGroup(word: string): number {
  const group = word === "default" ? 0 : parseUnsigned(word);
  if (group === undefined) throw invalidArgument('Invalid "group" value\n', word);
  return group;
}

export function readSwitch(name: string, word: string): boolean {
  if (word === "on" || word === "off") return word === "on";
  throw new CommandFailure(
    1,
    `Error: argument of "${name}" must be "on" or "off", not "${word}"\n`,
  );
}

/** A switch that has one position only. */
function keepSwitch(name: string, word: string, position: boolean): void {
  if (readSwitch(name, word) !== position) throw leftOut(`ip link set ${name} ${word}`);
}
