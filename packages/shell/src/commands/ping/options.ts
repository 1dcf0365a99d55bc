/**
 * The command line of iputils' `ping`. Left out: IPv6 (`-6`, `-F`, `-N`), record route and timestamps (`-R`, `-T`), which
 * are refused; `-d`, `-L`, `-S`, `-U`, `-B` and `-C` are read and change nothing that can be seen here but `-B`'s line.
 */

import type { PathMtuDiscovery } from "../../network/raw-packet.ts";
import { CommandFailure } from "../../options/failure.ts";
import { flag, Getopt, type GetoptOption, valued } from "../../options/getopt.ts";
import { PING_USAGE } from "./usage.ts";

export interface PingOptions {
  /** Name or address as typed. */
  target: string;
  /** 0 for no end. */
  count: number;
  /** Milliseconds between probes. */
  interval: number;
  /** Whether `-i` was given; flooding takes no time between probes otherwise. */
  intervalGiven: boolean;
  /** Seconds; 0 for none. */
  deadline: number;
  /** Milliseconds to wait for the last answers; 0 for no end. */
  linger: number;
  /** Octets of data. */
  size: number;
  ttl: number;
  tos: number;
  mark: number;
  preload: number;
  /** null: chosen by the process id. */
  identifier: number | null;
  discovery: PathMtuDiscovery;
  /** As `-I` was given: names of interfaces and addresses. */
  interfaces: string[];
  /** The octets of `-p`; null for none. */
  pattern: readonly number[] | null;
  /** `-4`: whether it was said that the target is IPv4. */
  family: "4" | "any";
  numeric: boolean;
  quiet: boolean;
  verbose: boolean;
  flood: boolean;
  adaptive: boolean;
  broadcast: boolean;
  bypassRouting: boolean;
  audible: boolean;
  timestamps: boolean;
  outstanding: boolean;
  sticky: boolean;
  /** What is said on standard error before anything else. */
  warnings: string;
}

const FLAGS = [..."46aAbBCdDfhLnOqrRUvV?"] as const;
const VALUED = [..."ceFiIlmMNpQsStTwW"] as const;
const OPTIONS: readonly GetoptOption<string>[] = [
  ...FLAGS.map((letter) => flag(letter, "", letter)),
  ...VALUED.map((letter) => valued(letter, "", letter)),
];

const DEFAULT_LINGER = 10_000;
const INT_MAX = 2_147_483_647;
const LONG_MAX = "9223372036854775807";
const UINT_MAX = 4_294_967_295;
const PATTERN_MAX = 16;

export const fail = (status: number, text: string): CommandFailure =>
  new CommandFailure(status, `ping: ${text}\n`);

/** "version" when only that was asked for. */
export function readPingOptions(argv: readonly string[]): PingOptions | "version" {
  const options = defaults();
  const getopt = new Getopt(OPTIONS, ["ping", ...argv.slice(1)]);
  for (let item = getopt.next(); item.kind !== "end"; item = getopt.next()) {
    if (item.kind === "error") throw new CommandFailure(2, `${item.message}\n${PING_USAGE}`);
    if (item.tag === "V") return "version";
    takeFlag(options, item.tag);
    if (item.value !== null) takeValue(options, item.tag, item.value);
  }
  const [target, ...more] = getopt.operands;
  if (target === undefined) throw fail(1, "usage error: Destination address required");
  if (more.length > 0) throw fail(2, "record route: Operation not permitted");
  options.target = target;
  if (options.flood && !options.intervalGiven) options.interval = 0;
  return options;
}

const defaults = (): PingOptions => ({
  target: "",
  count: 0,
  interval: 1000,
  intervalGiven: false,
  deadline: 0,
  linger: DEFAULT_LINGER,
  size: 56,
  ttl: 0,
  tos: 0,
  mark: 0,
  preload: 1,
  identifier: null,
  discovery: "want",
  interfaces: [],
  pattern: null,
  family: "any",
  numeric: false,
  quiet: false,
  verbose: false,
  flood: false,
  adaptive: false,
  broadcast: false,
  bypassRouting: false,
  audible: false,
  timestamps: false,
  outstanding: false,
  sticky: false,
  warnings: "",
});

function takeFlag(options: PingOptions, letter: string): void {
  switch (letter) {
    case "h":
    case "?":
      throw new CommandFailure(2, PING_USAGE);
    case "6":
      throw fail(2, "socket: Address family not supported by protocol");
    case "R":
      throw fail(2, "record route is left out of lvsim");
    case "4":
      options.family = "4";
      break;
    case "a":
      options.audible = true;
      break;
    case "A":
      options.adaptive = true;
      break;
    case "b":
      options.broadcast = true;
      break;
    case "B":
      options.sticky = true;
      break;
    case "D":
      options.timestamps = true;
      break;
    case "f":
      options.flood = true;
      break;
    case "n":
      options.numeric = true;
      break;
    case "O":
      options.outstanding = true;
      break;
    case "q":
      options.quiet = true;
      break;
    case "r":
      options.bypassRouting = true;
      break;
    case "v":
      options.verbose = true;
  }
}

function takeValue(options: PingOptions, letter: string, value: string): void {
  switch (letter) {
    case "c":
      options.count = integer(value, 1, Number(LONG_MAX), LONG_MAX);
      break;
    case "e":
      options.identifier = integer(value, 0, 65_535);
      break;
    case "i":
      options.interval = Math.max(0, Math.floor(decimal(options, value) * 1000));
      options.intervalGiven = true;
      break;
    case "I":
      options.interfaces.push(value);
      break;
    case "l":
      options.preload = integer(value, 1, 65_536);
      break;
    case "m":
      options.mark = integer(value, 0, UINT_MAX) | 0;
      break;
    case "M":
      options.discovery = discovery(value);
      break;
    case "p":
      options.pattern = pattern(value);
      break;
    case "Q":
      options.tos = tos(value);
      break;
    case "s":
      options.size = integer(value, 0, INT_MAX);
      break;
    case "S":
      integer(value, 1, INT_MAX);
      break;
    case "t":
      options.ttl = integer(value, 0, 255);
      if (options.ttl === 0) throw fail(2, "cannot set unicast time-to-live: Invalid argument");
      break;
    case "w":
      options.deadline = integer(value, 0, INT_MAX);
      break;
    case "W":
      options.linger = lingerTime(options, value);
      break;
    case "T":
      throw fail(2, "timestamps are left out of lvsim");
    case "F":
    case "N":
      throw fail(2, "socket: Address family not supported by protocol");
  }
}

function integer(text: string, least: number, most: number, mostText = String(most)): number {
  if (!/^\s*[+-]?\d+$/.test(text)) throw fail(1, `invalid argument: '${text}'`);
  const value = Number(text);
  if (value >= least && value <= most) return value;
  throw fail(1, `invalid argument: '${text}': out of range: ${least} <= value <= ${mostText}`);
}

/** Seconds with a fraction; what is no number is only warned of. */
function decimal(options: PingOptions, text: string): number {
  const [digits = ""] = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?/i.exec(text) ?? [];
  if (digits.length < text.length || text === "")
    options.warnings += `ping: option argument contains garbage: ${text.slice(digits.length)}\nping: this will become fatal error in the future\n`;
  const value = digits === "" ? 0 : Number(digits);
  if (value > INT_MAX / 1000) throw fail(2, `bad timing interval: ${text}`);
  return value;
}

function lingerTime(options: PingOptions, text: string): number {
  const value = decimal(options, text);
  if (value < 0 || value > INT_MAX / 1_000_000) throw fail(2, `bad linger time: ${text}`);
  return Math.floor(value * 1000);
}

function discovery(word: string): PathMtuDiscovery {
  if (word === "do" || word === "dont" || word === "want") return word;
  throw fail(2, `invalid -M argument: ${word}`);
}

function tos(text: string): number {
  const isHex = /^0x[0-9a-f]+$/i.test(text);
  const value = isHex ? Number.parseInt(text, 16) : /^\d+$/.test(text) ? Number(text) : -1;
  if (value < 0) throw fail(2, `bad TOS value: ${text}`);
  if (value > 255) throw fail(2, `the decimal value of TOS bits must be in range 0-255: ${value}`);
  return value;
}

/** Pairs of hexadecimal digits; a last odd one is an octet too. */
function pattern(text: string): readonly number[] {
  if (!/^[0-9a-f]*$/i.test(text))
    throw fail(2, `patterns must be specified as hex digits: ${text}`);
  const pairs = text.match(/..?/g) ?? [];
  return pairs.slice(0, PATTERN_MAX).map((pair) => Number.parseInt(pair, 16));
}
