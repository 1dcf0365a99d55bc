/**
 * `ip link add … type ipip | gre`, and the same after `ip link set`. Left out: `external` (collect metadata),
 * fwmark, ERSPAN's parameters, MPLS.
 */
import {
  ANY_TUNNEL,
  addTunnel,
  Errno,
  GreFlag,
  type HostDevice,
  isMulticastAddress,
  TunnelDevice,
  type TunnelParameters,
  type UdpEncapsulation,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { invalidArgument, type Words } from "../../options/iproute2.ts";
import { parseUnsigned, readAddress } from "./arguments.ts";
import { deviceOf, type IpContext, kernelRefusal, leftOut } from "./context.ts";
import { readKey, readTos, readTtl } from "./tunnel-values.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Encapsulation = Mutable<Omit<UdpEncapsulation, "kind">> & { kind: "none" | "fou" | "gue" };

const NO_ENCAPSULATION: Encapsulation = {
  kind: "none",
  sourcePort: 0,
  destinationPort: 0,
  checksum: false,
  remoteChecksum: false,
};

/** What stands before `type`. */
export interface NewTunnelLink {
  readonly name: string;
  readonly kind: "ipip" | "gre";
  /** 0 for what the way leaves. */
  readonly mtu: number;
  readonly index: number;
}

export function addTunnelLink(context: IpContext, link: NewTunnelLink, words: Words): SimpleResult {
  const parameters = readParameters(context, link.kind, words, initial(link.kind));
  const { network, origin } = context;
  const errno = network.change(origin, (draft) =>
    addTunnel(draft, { ...link, parameters }, network.router),
  );
  if (errno !== 0) throw kernelRefusal(errno);
  return result({});
}

const initial = (kind: "ipip" | "gre"): TunnelParameters => ({
  ...ANY_TUNNEL,
  protocol: kind === "gre" ? 47 : 4,
  pathMtuDiscovery: true,
});

/** `ip link set … type ipip | gre`: what is not said stays. */
export function readTunnelChange(
  context: IpContext,
  device: HostDevice,
  kind: "ipip" | "gre",
  words: Words,
): TunnelParameters {
  if (!(device instanceof TunnelDevice) || device.kind !== kind)
    throw kernelRefusal(Errno.EOPNOTSUPP);
  const parameters = readParameters(context, kind, words, device.parameters);
  if (device.parameters.fallback) throw kernelRefusal(Errno.EINVAL);
  return parameters;
}

function readParameters(
  context: IpContext,
  kind: "ipip" | "gre",
  words: Words,
  before: TunnelParameters,
): TunnelParameters {
  const parameters: Mutable<TunnelParameters> = { ...before };
  const encapsulation: Encapsulation = { ...(before.encapsulation ?? NO_ENCAPSULATION) };
  while (!words.done) {
    const word = words.take() as string;
    if (takeEnd(context, word, words, parameters)) continue;
    if (takeEncapsulation(word, words, encapsulation)) continue;
    if (kind === "gre" ? takeGreWord(word, words, parameters) : takeMode(word, words, parameters))
      continue;
    throw unknownWord(kind, word);
  }
  if (kind === "gre" && isMulticastAddress(parameters.remote)) keyGroup(parameters);
  const { kind: how, ...rest } = encapsulation;
  if (parameters.ttl !== 0) parameters.pathMtuDiscovery = true;
  return { ...parameters, encapsulation: how === "none" ? null : { ...rest, kind: how } };
}

function takeEnd(
  context: IpContext,
  word: string,
  words: Words,
  parameters: Mutable<TunnelParameters>,
): boolean {
  switch (word) {
    case "remote":
      parameters.remote = readAddress(words.value(), "inet");
      return true;
    case "local":
      parameters.local = readAddress(words.value(), "inet");
      return true;
    case "dev":
      parameters.link = deviceOf(context, words.value()).index;
      return true;
    case "ttl":
    case "hoplimit":
    case "hlim":
      parameters.ttl = readTtl(words.value());
      return true;
    case "tos":
    case "tclass":
    case "dsfield":
      parameters.tos = readTos(words.value(), "bad TOS value");
      return true;
    case "pmtudisc":
    case "nopmtudisc":
      parameters.pathMtuDiscovery = word === "pmtudisc";
      return true;
    case "external":
    case "fwmark":
      throw leftOut(`${word} of a tunnel`);
  }
  return false;
}

function takeEncapsulation(word: string, words: Words, to: Encapsulation): boolean {
  switch (word) {
    case "noencap":
      to.kind = "none";
      return true;
    case "encap":
      to.kind = readEncapsulation(words.value());
      return true;
    case "encap-sport": {
      const port = words.value();
      to.sourcePort = port === "auto" ? 0 : readPort(port, "Invalid source port.\n");
      return true;
    }
    case "encap-dport":
      to.destinationPort = readPort(words.value(), "Invalid destination port.\n");
      return true;
    case "encap-csum":
    case "noencap-csum":
      to.checksum = word === "encap-csum";
      return true;
    case "encap-remcsum":
    case "noencap-remcsum":
      to.remoteChecksum = word === "encap-remcsum";
      return true;
    case "encap-udp6-csum":
    case "noencap-udp6-csum":
    case "encap-csum6":
    case "noencap-csum6":
      return true;
  }
  return false;
}

function readEncapsulation(word: string): "none" | "fou" | "gue" {
  if (word === "fou" || word === "gue" || word === "none") return word;
  throw invalidArgument("Invalid encap type.", word);
}

function readPort(word: string, message: string): number {
  const port = parseUnsigned(word);
  if (port === undefined || port > 65_535) throw invalidArgument(message, word);
  return port;
}

function takeMode(word: string, words: Words, parameters: Mutable<TunnelParameters>): boolean {
  if (word !== "mode") return false;
  const mode = words.value();
  if (["ipip", "ipv4/ipv4", "ip4ip4"].includes(mode)) parameters.protocol = 4;
  else if (["any", "any/ipv4"].includes(mode)) parameters.protocol = 0;
  else if (mode === "mplsip" || mode === "mpls/ipv4") throw leftOut("MPLS in IP");
  else throw invalidArgument("Cannot guess tunnel mode.", mode);
  return true;
}

const GRE_FLAGS: ReadonlyMap<string, number> = new Map([
  ["csum", GreFlag.checksum],
  ["seq", GreFlag.sequence],
]);

function takeGreWord(word: string, words: Words, parameters: Mutable<TunnelParameters>): boolean {
  if (word === "key" || word === "ikey" || word === "okey") {
    const key = readKey(word, words.value());
    if (word !== "okey") parameters.inputKey = key;
    if (word !== "ikey") parameters.outputKey = key;
    setFlag(word, GreFlag.key, true, parameters);
    return true;
  }
  if (word === "nokey" || word === "noikey" || word === "nookey") {
    setFlag(word.slice(2), GreFlag.key, false, parameters);
    return true;
  }
  if (word === "ignore-df" || word === "noignore-df") {
    parameters.ignoreDf = word === "ignore-df";
    if (parameters.ignoreDf) parameters.pathMtuDiscovery = false;
    return true;
  }
  const off = word.startsWith("no");
  const positive = off ? word.slice(2) : word;
  const flag = GRE_FLAGS.get(positive) ?? GRE_FLAGS.get(positive.slice(1));
  if (flag === undefined || !/^[io]?(csum|seq)$/.test(positive)) return false;
  setFlag(positive, flag, !off, parameters);
  return true;
}

/** For the direction that the word's first letter names: i, o, or both. */
function setFlag(
  word: string,
  flag: number,
  on: boolean,
  parameters: Mutable<TunnelParameters>,
): void {
  if (!word.startsWith("o")) parameters.inputFlags = withFlag(parameters.inputFlags, flag, on);
  if (!word.startsWith("i")) parameters.outputFlags = withFlag(parameters.outputFlags, flag, on);
}

const withFlag = (flags: number, flag: number, on: boolean): number =>
  on ? flags | flag : flags & ~flag;

/** A group's address is its key where none was said. */
function keyGroup(parameters: Mutable<TunnelParameters>): void {
  if (parameters.inputKey === 0) {
    parameters.inputKey = parameters.remote;
    parameters.inputFlags |= GreFlag.key;
  }
  if (parameters.outputKey === 0) {
    parameters.outputKey = parameters.remote;
    parameters.outputFlags |= GreFlag.key;
  }
  if (parameters.local === 0)
    throw new CommandFailure(1, "A broadcast tunnel requires a source address.\n");
}

/** iproute2 says what it would have understood. */
const unknownWord = (kind: "ipip" | "gre", _word: string): CommandFailure =>
  new CommandFailure(1, USAGES[kind]);

/** Continuation lines of a kind's help, three tabs in. */
const lines = (...options: readonly string[]): string =>
  options.map((option) => `\t\t\t[ ${option} ]\n`).join("");

const ENDS = ["local ADDR", "ttl TTL", "tos TOS", "[no]pmtudisc", "dev PHYS_DEV", "fwmark MARK"];
const ENCAPSULATION = [
  "external",
  "noencap",
  "encap { fou | gue | none }",
  "encap-sport PORT",
  "encap-dport PORT",
  "[no]encap-csum",
  "[no]encap-csum6",
  "[no]encap-remcsum",
];
const VALUES =
  "\nWhere:\tADDR := { IP_ADDRESS | any }\n\tTOS  := { NUMBER | inherit }\n\tTTL  := { 1..255 | inherit }\n";
const MARK = "\tMARK := { 0x0..0xffffffff }\n";

const USAGES: Readonly<Record<"ipip" | "gre", string>> = {
  ipip: `Usage: ... ipip  \t[ remote ADDR ]\n${lines(...ENDS, ...ENCAPSULATION, "mode { ipip | mplsip | any }")}${VALUES}${MARK}`,
  gre: `Usage: ... gre      \t[ remote ADDR ]\n${lines(
    "local ADDR",
    "[no][i|o]seq",
    "[i|o]key KEY | no[i|o]key",
    "[no][i|o]csum",
    ...ENDS.slice(1, 4),
    "[no]ignore-df",
    ...ENDS.slice(4),
    ...ENCAPSULATION,
  )}${VALUES}\tKEY  := { DOTTED_QUAD | NUMBER }\n${MARK}`,
};
