/** The command line of iputils' `arping`. */
import { CommandFailure } from "../../options/failure.ts";
import { flag, Getopt, type GetoptOption, valued } from "../../options/getopt.ts";
import { ARPING_USAGE } from "./usage.ts";

export interface ArpingOptions {
  readonly device: string;
  /** Name or address as typed. */
  readonly target: string;
  /** null when not given. */
  readonly source: string | null;
  /** 0 for no end. */
  readonly count: number;
  /** Seconds; 0 for none. */
  readonly timeout: number;
  /** Seconds between probes. */
  readonly interval: number;
  /** `-D`: does anybody have this address? */
  readonly duplicateDetection: boolean;
  /** `-U` and `-A`: tell the neighbours. */
  readonly unsolicited: boolean;
  /** `-A`: tell them by answers. */
  readonly answers: boolean;
  readonly broadcastOnly: boolean;
  readonly quitOnReply: boolean;
  readonly quiet: boolean;
}

type Tag =
  | "source"
  | "device"
  | "count"
  | "timeout"
  | "interval"
  | "duplicate"
  | "unsolicited"
  | "answers"
  | "broadcast"
  | "first"
  | "quiet"
  | "version"
  | "help";

const OPTIONS: readonly GetoptOption<Tag>[] = [
  flag("h", "", "help"),
  flag("b", "", "broadcast"),
  flag("f", "", "first"),
  flag("D", "", "duplicate"),
  flag("U", "", "unsolicited"),
  flag("A", "", "answers"),
  flag("q", "", "quiet"),
  valued("c", "", "count"),
  valued("w", "", "timeout"),
  valued("i", "", "interval"),
  valued("s", "", "source"),
  valued("I", "", "device"),
  flag("V", "", "version"),
];

const INT_MAX = 2_147_483_647;
/** Compiled in. */
const DEFAULT_DEVICE = "eth0";
export const ARPING_VERSION =
  "arping from iputils 20221126\n" +
  "libcap: yes, IDN: yes, NLS: no, error.h: yes, getrandom(): yes, __fpending(): yes\n";

type Draft = { -readonly [K in keyof ArpingOptions]: ArpingOptions[K] };

/** null: only the version was asked for. */
export function readArpingOptions(argv: readonly string[]): ArpingOptions | null {
  const options: Draft = {
    device: DEFAULT_DEVICE,
    target: "",
    source: null,
    count: 0,
    timeout: 0,
    interval: 1,
    duplicateDetection: false,
    unsolicited: false,
    answers: false,
    broadcastOnly: false,
    quitOnReply: false,
    quiet: false,
  };
  const getopt = new Getopt(OPTIONS, argv);
  for (let item = getopt.next(); item.kind !== "end"; item = getopt.next()) {
    if (item.kind === "error") throw usage(`${item.message}\n`);
    if (item.tag === "version") return null;
    takeOption(options, item.tag, item.value ?? "");
  }
  const [target, another] = getopt.operands;
  if (target === undefined || another !== undefined) throw usage("");
  options.target = target;
  return options;
}

const usage = (complaint: string): CommandFailure =>
  new CommandFailure(2, complaint + ARPING_USAGE);

function takeOption(options: Draft, tag: Tag, value: string): void {
  if (tag === "help") throw usage("");
  else if (tag === "broadcast") options.broadcastOnly = true;
  else if (tag === "first") options.quitOnReply = true;
  else if (tag === "quiet") options.quiet = true;
  else if (tag === "source") options.source = value;
  else if (tag === "device") options.device = value;
  else if (tag === "count") options.count = readNumber(value, 1);
  else if (tag === "timeout") options.timeout = readNumber(value, 0);
  else if (tag === "interval") options.interval = readNumber(value, 0);
  else if (tag === "duplicate") {
    options.duplicateDetection = true;
    options.quitOnReply = true;
  } else {
    options.unsolicited = true;
    if (tag === "answers") options.answers = true;
  }
}

function readNumber(text: string, least: number): number {
  if (!/^[+-]?\d+$/.test(text))
    throw new CommandFailure(1, `arping: invalid argument: '${text}'\n`);
  const value = Number(text);
  if (value >= least && value <= INT_MAX) return value;
  throw new CommandFailure(
    1,
    `arping: invalid argument: '${text}': out of range: ${least} <= value <= ${INT_MAX}\n`,
  );
}
