/**
 * The command line of `conntrack` (conntrack-tools 1.4.7): one command, which table, and options of which each
 * command takes its own. An option of a protocol is unknown until `-p` names that protocol. Left out: zones, labels,
 * security marks and expectations, whose options are read and mean nothing.
 */
import { IpProtocol, type Ipv4Address, prefixMask, TRACKED_TCP_STATE_NAMES } from "@lvsim/core";
import { flag, Getopt, type GetoptOption, valued } from "../../options/getopt.ts";
import { parseLooseAddress } from "../hosts-file.ts";
import { usage } from "./usage.ts";

export type CommandLetter = "L" | "G" | "D" | "I" | "U" | "E" | "F" | "C" | "S";

/** An address under a mask; null for one of IPv6, which no flow has. */
export interface AddressFilter {
  readonly address: Ipv4Address;
  readonly mask: Ipv4Address;
}

/** What was given, by the letters and names below. */
export class ConntrackOptions {
  command: CommandLetter | null = null;
  table = "conntrack";
  /** By option letter: s, d, r, q, and n, g, j for translated addresses. */
  readonly addresses = new Map<string, AddressFilter | null>();
  protocol: number | null = null;
  /** By name: sport, dport, reply-port-src, reply-port-dst, icmp-type, icmp-code, icmp-id. */
  readonly numbers = new Map<string, number>();
  state: string | null = null;
  readonly statuses: string[] = [];
  mark: { readonly value: number; readonly mask: number } | null = null;
  timeout: number | null = null;
  /** Those of xml, extended, timestamp, id, ktimestamp, labels, userspace, save. */
  readonly output = new Set<string>();
  readonly events = new Set<string>();
  family = "ipv4";
  zero = false;
  readonly warnings: string[] = [];
  /** Long names of all options that came, in the order of the table below. */
  readonly given = new Set<string>();

  has(name: string): boolean {
    return this.given.has(name);
  }
}

const COMMANDS: readonly GetoptOption<string>[] = [
  flag("L", "dump", "!L"),
  flag("G", "get", "!G"),
  flag("D", "delete", "!D"),
  flag("I", "create", "!I"),
  flag("A", "add", "!I"),
  flag("U", "update", "!U"),
  flag("E", "event", "!E"),
  flag("F", "flush", "!F"),
  flag("C", "count", "!C"),
  flag("S", "stats", "!S"),
  flag("V", "version", "version"),
  flag("h", "help", "help"),
];

const COMMON: readonly GetoptOption<string>[] = [
  valued("s", "src", "src"),
  valued("", "orig-src", "src"),
  valued("d", "dst", "dst"),
  valued("", "orig-dst", "dst"),
  valued("r", "reply-src", "reply-src"),
  valued("q", "reply-dst", "reply-dst"),
  valued("p", "protonum", "protonum"),
  valued("t", "timeout", "timeout"),
  valued("u", "status", "status"),
  flag("z", "zero", "zero"),
  valued("e", "event-mask", "event-mask"),
  valued("m", "mark", "mark"),
  valued("f", "family", "family"),
  { short: "n", long: "src-nat", value: "optional", tag: "src-nat" },
  { short: "g", long: "dst-nat", value: "optional", tag: "dst-nat" },
  { short: "j", long: "any-nat", value: "optional", tag: "any-nat" },
  valued("o", "output", "output"),
  valued("c", "secmark", "secmark"),
  valued("b", "buffer-size", "buffer-size"),
  valued("w", "zone", "zone"),
  valued("", "orig-zone", "orig-zone"),
  valued("", "reply-zone", "reply-zone"),
  valued("", "mask-src", "mask-src"),
  valued("", "mask-dst", "mask-dst"),
  valued("i", "id", "id"),
  valued("a", "nat-range", "nat-range"),
];

const PORTS: readonly GetoptOption<string>[] = [
  valued("", "sport", "sport"),
  valued("", "orig-port-src", "sport"),
  valued("", "dport", "dport"),
  valued("", "orig-port-dst", "dport"),
  valued("", "reply-port-src", "reply-port-src"),
  valued("", "reply-port-dst", "reply-port-dst"),
];

const BY_PROTOCOL: ReadonlyMap<number, readonly GetoptOption<string>[]> = new Map([
  [IpProtocol.tcp, [...PORTS, valued("", "state", "state")]],
  [IpProtocol.udp, PORTS],
  [IpProtocol.icmp, ["icmp-type", "icmp-code", "icmp-id"].map((name) => valued("", name, name))],
]);

const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["icmp", 1],
  ["tcp", 6],
  ["udp", 17],
  ["dccp", 33],
  ["gre", 47],
  ["icmpv6", 58],
  ["sctp", 132],
  ["udplite", 136],
]);

const ALL = COMMON.map(({ tag }) => tag).filter((tag, index, tags) => tags.indexOf(tag) === index);
const NEVER = ["nat-range"];
const but = (...allowed: readonly string[]): readonly string[] =>
  ALL.filter((tag) => !allowed.includes(tag) && !NEVER.includes(tag));

/** Options that a command refuses. */
const ILLEGAL: Readonly<Record<CommandLetter, readonly string[]>> = {
  L: ["timeout", "event-mask", "buffer-size", "id"],
  G: ["timeout", "status", "zero", "event-mask", "any-nat", "secmark", "buffer-size"],
  D: ["zero", "event-mask", "any-nat", "secmark", "buffer-size"],
  I: ["zero", "event-mask", "secmark", "buffer-size", "id"],
  U: ["zero", "event-mask", "any-nat", "secmark", "buffer-size", "zone", "orig-zone", "reply-zone"],
  E: ["timeout", "status", "zero", "id"],
  F: but("family"),
  C: but(),
  S: but(),
};

/** Options that a command cannot do without. */
const COMPULSORY: Partial<Record<CommandLetter, readonly string[]>> = {
  G: ["protonum"],
  I: ["protonum", "timeout"],
};

/** What names a flow of a protocol, in the order in which it is missed. */
const NEEDED: ReadonlyMap<number, readonly string[]> = new Map([
  [IpProtocol.tcp, ["state", "sport", "dport"]],
  [IpProtocol.udp, ["sport", "dport"]],
  [IpProtocol.icmp, ["icmp-type", "icmp-code", "icmp-id"]],
]);

const OUTPUTS = ["xml", "extended", "timestamp", "id", "ktimestamp", "labels", "userspace", "save"];
const EVENTS = ["ALL", "NEW", "UPDATES", "DESTROY"];
const STATUSES = [
  "ASSURED",
  "SEEN_REPLY",
  "UNSET",
  "FIXED_TIMEOUT",
  "EXPECTED",
  "OFFLOAD",
  "HW_OFFLOAD",
  "UNREPLIED",
];

function words(text: string, known: readonly string[]): readonly string[] {
  const given = text.split(",");
  for (const word of given) if (!known.includes(word)) usage(`Bad parameter \`${word}'`);
  return given;
}

function readMask(text: string): Ipv4Address {
  if (text.includes(".")) return parseLooseAddress(text) ?? usage("Invalid netmask");
  const length = Number(text);
  if (!/^\d+$/.test(text) || length > 32) usage("Invalid netmask");
  return prefixMask(length);
}

function readAddress(text: string): AddressFilter | null {
  const slash = text.indexOf("/");
  const host = slash < 0 ? text : text.slice(0, slash);
  if (/^[0-9a-fA-F:]*:[0-9a-fA-F:.]*$/.test(host)) return null;
  const address = parseLooseAddress(host) ?? usage(`Invalid IP address \`${host}'`);
  const mask = slash < 0 ? prefixMask(32) : readMask(text.slice(slash + 1));
  return { address, mask };
}

function readProtocol(text: string): number {
  const named = PROTOCOLS.get(text);
  if (named !== undefined) return named;
  if (/^\d+$/.test(text) && Number(text) < 256) return Number(text);
  return usage(`\`${text}' unsupported protocol`);
}

/** As strtoul(3): what is no number is 0, and 32 bits of it count. */
const looseNumber = (text: string): number => {
  const value = /^0[xX]/.test(text) ? Number.parseInt(text, 16) : Number.parseInt(text, 10);
  return Number.isNaN(value) ? 0 : value >>> 0;
};

const LETTERS: ReadonlyMap<string, string> = new Map([
  ["src", "s"],
  ["dst", "d"],
  ["reply-src", "r"],
  ["reply-dst", "q"],
  ["src-nat", "n"],
  ["dst-nat", "g"],
  ["any-nat", "j"],
]);

function take(options: ConntrackOptions, tag: string, value: string): void {
  options.given.add(tag);
  const letter = LETTERS.get(tag);
  if (letter !== undefined) {
    if (value !== "") options.addresses.set(letter, readAddress(value));
    return;
  }
  switch (tag) {
    case "protonum":
      options.protocol = readProtocol(value);
      return;
    case "status":
      options.statuses.push(...words(value, STATUSES));
      return;
    case "output":
      for (const word of words(value, OUTPUTS)) options.output.add(word);
      return;
    case "event-mask":
      for (const word of words(value, EVENTS)) options.events.add(word);
      return;
    case "mark": {
      const [mark = "", mask] = value.split("/");
      const bits = mask === undefined ? 0xffffffff : looseNumber(mask);
      options.mark = { value: looseNumber(mark), mask: bits };
      return;
    }
    case "family":
      if (value !== "ipv4" && value !== "ipv6") usage(`\`${value}' unsupported protocol`);
      options.family = value;
      return;
    case "timeout":
      options.timeout = looseNumber(value);
      return;
    case "zero":
      options.zero = true;
      return;
    case "state":
      if (!(TRACKED_TCP_STATE_NAMES as readonly string[]).includes(value))
        usage(`unknown TCP state \`${value}'`);
      options.state = value;
      return;
    case "nat-range":
      options.warnings.push("WARNING: ignoring -a, deprecated option.\n");
      return;
    case "mask-src":
    case "mask-dst": {
      const side = tag === "mask-src" ? "s" : "d";
      const before = options.addresses.get(side);
      const mask = readMask(value);
      if (before != null) options.addresses.set(side, { address: before.address, mask });
      return;
    }
    default:
      options.numbers.set(tag, looseNumber(value) & 0xffff);
  }
}

/** The options; "version" or "help" when that was asked for. */
export function readConntrackOptions(
  argv: readonly string[],
): ConntrackOptions | "version" | "help" {
  const options = new ConntrackOptions();
  const table = [...COMMANDS, ...COMMON];
  const getopt = new Getopt<string>(table, joinAddresses(argv));
  for (;;) {
    const item = getopt.next();
    if (item.kind === "end") break;
    if (item.kind === "error") return complain(item.message);
    if (item.tag === "version" || item.tag === "help") return item.tag;
    if (item.tag.startsWith("!")) {
      if (options.command !== null) usage("Invalid commands combination");
      options.command = item.tag.slice(1) as CommandLetter;
    } else {
      take(options, item.tag, item.value ?? "");
      if (item.tag === "protonum")
        table.push(...(BY_PROTOCOL.get(options.protocol as number) ?? []));
    }
  }
  const [type] = getopt.operands;
  if (type !== undefined) {
    if (!["conntrack", "expect", "dying", "unconfirmed"].includes(type))
      usage(`unknown type \`${type}'`);
    options.table = type;
  }
  if (options.command !== null) check(options, options.command);
  return options;
}

const TRANSLATED = /^(?:-[ngj]|--(?:src|dst|any)-nat)$/;

/** The address that may follow -n, -g and -j as a word of its own, brought into the option's. */
function joinAddresses(argv: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    const next = argv[i + 1];
    const takes = i > 0 && TRANSLATED.test(word) && next !== undefined && !/^[-!]/.test(next);
    joined.push(takes ? `${word}${word.startsWith("--") ? "=" : ""}${next}` : word);
    if (takes) i++;
  }
  return joined;
}

/** What getopt found, in conntrack's words. */
function complain(message: string): never {
  const [, word = ""] = /'([^']*)'/.exec(message) ?? [];
  const typed = word.startsWith("-") ? word : `-${word}`;
  if (message.includes("requires an argument"))
    return usage(`option \`${typed}' requires an argument`);
  return usage(`unknown option \`${typed}'`);
}

function check(options: ConntrackOptions, command: CommandLetter): void {
  const compulsory = COMPULSORY[command] ?? [];
  const illegal = ILLEGAL[command];
  for (const tag of ALL) {
    if (compulsory.includes(tag) && !options.has(tag))
      usage(`You need to supply the \`--${tag}' option for this command`);
    if (illegal.includes(tag) && options.has(tag))
      usage(`Illegal option \`--${tag}' with this command`);
  }
  if (command !== "G" && command !== "I") return;
  const { addresses, protocol } = options;
  const original = addresses.has("s") && addresses.has("d");
  const reply = addresses.has("r") && addresses.has("q");
  if (!original && !reply) usage("you have to specify `--src' and `--dst'");
  for (const name of NEEDED.get(protocol as number) ?? [])
    if (!options.has(name) && (name !== "state" || command === "I"))
      usage(
        name === "sport" || name === "dport"
          ? "you have to specify `--sport' and `--dport'"
          : `You need to supply the \`--${name}' option for this command`,
      );
}
