/**
 * The command line of `conntrack` (conntrack-tools 1.4.7): one command, which table, and options of which each
 * command takes its own. An option of a protocol is unknown until `-p` names that protocol. Left out: zones, labels,
 * security marks and expectations, whose options are read and mean nothing.
 */
import { TRACKED_TCP_STATE_NAMES } from "@lvsim/core";
import { Getopt } from "../../options/getopt.ts";
import {
  ALL,
  BY_PROTOCOL,
  COMMANDS,
  COMMON,
  COMPULSORY,
  type CommandLetter,
  ILLEGAL,
  NEEDED,
} from "./option-tables.ts";
import {
  type AddressFilter,
  looseNumber,
  readAddress,
  readMask,
  readProtocol,
  words,
} from "./option-values.ts";
import { usage } from "./usage.ts";

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
  /** Long names of all options that came. */
  readonly given = new Set<string>();

  has(name: string): boolean {
    return this.given.has(name);
  }
}

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
