/**
 * The command line of `tcpdump`. Read, and without effect here: -B -f -H -I -j -l -M -N -O -p -T -U -Z, --immediate-mode.
 * Refused: -b -d -E -J -V and everything that rotates files (-C -G -W -z).
 */
import { CommandFailure } from "../../options/failure.ts";
import { flag, Getopt, type GetoptOption, valued } from "../../options/getopt.ts";
import { SNAPSHOT_MAX } from "./pcap-file.ts";
import { TCPDUMP_USAGE } from "./usage.ts";

export interface TcpdumpOptions {
  /** "" when not given. */
  device: string;
  /** 0 for no end. */
  count: number;
  snapshotLength: number;
  direction: "in" | "out" | "inout";
  /** File to read; null for live packets. */
  read: string | null;
  /** File to write; null to print. */
  write: string | null;
  /** `--print`: print although a file is written. */
  print: boolean;
  filterFile: string | null;
  expression: string;
  numeric: boolean;
  linkHeader: boolean;
  verbose: number;
  quiet: boolean;
  absoluteSequences: boolean;
  skipsChecksums: boolean;
  /** How often `-t` was given. */
  times: number;
  /** How often `-x` and `-X` were. */
  hex: number;
  hexAscii: number;
  ascii: boolean;
  numbers: boolean;
  countOnly: boolean;
  listDevices: boolean;
  listLinks: boolean;
}

const FLAGS = [..."AbdDefhHIJKlLnNOpqStuUvxX#"] as const;
const VALUED = [..."BcCEFGijMmQrsTVwWyzZ"] as const;
const OPTIONS: readonly GetoptOption<string>[] = [
  ...FLAGS.map((letter) => flag(letter, "", letter)),
  ...VALUED.map((letter) => valued(letter, "", letter)),
  flag("", "list-interfaces", "D"),
  valued("", "buffer-size", "B"),
  flag("", "count", "count"),
  flag("", "dont-verify-checksums", "K"),
  flag("", "help", "h"),
  valued("", "interface", "i"),
  flag("", "immediate-mode", "l"),
  flag("", "list-data-link-types", "L"),
  valued("", "linktype", "y"),
  flag("", "number", "#"),
  flag("", "no-optimize", "O"),
  flag("", "no-promiscuous-mode", "p"),
  flag("", "packet-buffered", "U"),
  flag("", "print", "print"),
  valued("", "direction", "Q"),
  flag("", "absolute-tcp-sequence-numbers", "S"),
  valued("", "snapshot-length", "s"),
  valued("", "time-stamp-precision", "j"),
  valued("", "time-stamp-type", "j"),
  flag("", "micro", "l"),
  flag("", "nano", "l"),
  flag("", "version", "version"),
];

const LEFT_OUT = new Set([..."bdEJVCGWz"]);

/** `argument` as the program says that it is wrong. */
export const fail = (argument: string): CommandFailure =>
  new CommandFailure(1, `tcpdump: ${argument}\n`);

/** "help" and "version" when only that was asked for. */
export function readTcpdumpOptions(argv: readonly string[]): TcpdumpOptions | "help" | "version" {
  const options = defaults();
  const getopt = new Getopt(OPTIONS, ["tcpdump", ...argv.slice(1)]);
  for (let item = getopt.next(); item.kind !== "end"; item = getopt.next()) {
    if (item.kind === "error") throw new CommandFailure(1, `${item.message}\n${TCPDUMP_USAGE}`);
    if (item.tag === "h") return "help";
    if (item.tag === "version") return "version";
    if (LEFT_OUT.has(item.tag)) throw fail(`${item.typed} is left out of lvsim`);
    takeFlag(options, item.tag);
    takeValue(options, item.tag, item.value ?? "");
  }
  options.expression = getopt.operands.join(" ");
  return options;
}

const defaults = (): TcpdumpOptions => ({
  device: "",
  count: 0,
  snapshotLength: SNAPSHOT_MAX,
  direction: "inout",
  read: null,
  write: null,
  print: false,
  filterFile: null,
  expression: "",
  numeric: false,
  linkHeader: false,
  verbose: 0,
  quiet: false,
  absoluteSequences: false,
  skipsChecksums: false,
  times: 0,
  hex: 0,
  hexAscii: 0,
  ascii: false,
  numbers: false,
  countOnly: false,
  listDevices: false,
  listLinks: false,
});

function takeFlag(options: TcpdumpOptions, letter: string): void {
  switch (letter) {
    case "A":
      options.ascii = true;
      break;
    case "D":
      options.listDevices = true;
      break;
    case "e":
      options.linkHeader = true;
      break;
    case "K":
      options.skipsChecksums = true;
      break;
    case "L":
      options.listLinks = true;
      break;
    case "n":
      options.numeric = true;
      break;
    case "q":
      options.quiet = true;
      break;
    case "S":
      options.absoluteSequences = true;
      break;
    case "t":
      options.times++;
      break;
    case "v":
      options.verbose++;
      break;
    case "x":
      options.hex++;
      break;
    case "X":
      options.hexAscii++;
      break;
    case "#":
      options.numbers = true;
      break;
    case "print":
      options.print = true;
      break;
    case "count":
      options.countOnly = true;
  }
}

function takeValue(options: TcpdumpOptions, letter: string, value: string): void {
  switch (letter) {
    case "c":
      options.count = /^\s*\+?\d+/.test(value) ? Number.parseInt(value, 10) : 0;
      if (options.count <= 0) throw fail(`invalid packet count ${value}`);
      break;
    case "F":
      options.filterFile = value;
      break;
    case "i":
      options.device = value;
      break;
    case "Q":
      options.direction = direction(value);
      break;
    case "r":
      options.read = value;
      break;
    case "s":
      options.snapshotLength = snapshotLength(value);
      break;
    case "w":
      options.write = value;
      break;
    case "y":
      if (!/^(EN10MB|RAW|LINUX_SLL2)$/i.test(value)) throw fail(`invalid data link type ${value}`);
  }
}

function direction(word: string): TcpdumpOptions["direction"] {
  const typed = word.toLowerCase();
  if (typed === "in" || typed === "out" || typed === "inout") return typed;
  throw fail(`unknown capture direction \`${word}'`);
}

function snapshotLength(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  if (value < 0 || value > SNAPSHOT_MAX)
    throw fail(`invalid snaplen ${text} (must be >= 0 and <= ${SNAPSHOT_MAX})`);
  return value === 0 ? SNAPSHOT_MAX : value;
}
