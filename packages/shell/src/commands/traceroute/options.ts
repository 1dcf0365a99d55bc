/**
 * The command line of `traceroute`, in its own way of reading: options anywhere, complaints that count words. Left out:
 * gateways, AS lookups, extensions, --back, and the methods UDPLITE, DCCP and raw protocols.
 */
import { CommandFailure } from "../../options/failure.ts";
import { TRACEROUTE_USAGE, TRACEROUTE_VERSION } from "./usage.ts";

type Method = "default" | "udp" | "icmp" | "tcp";

export interface TracerouteOptions {
  host: string;
  /** Octets of a whole packet; 0 when not given. */
  length: number;
  method: Method;
  firstHop: number;
  maxHops: number;
  /** Probes for each hop. */
  queries: number;
  /** Probes on their way at once. */
  simultaneous: number;
  /** 0: the method's own. */
  port: number;
  sourcePort: number;
  tos: number;
  mark: number;
  /** Seconds, and factors. */
  wait: number;
  here: number;
  near: number;
  /** Seconds between probes. */
  sendWait: number;
  numeric: boolean;
  /** `-6`: no address of a host is of this family. */
  six: boolean;
  dontFragment: boolean;
  discoversMtu: boolean;
  device: string | null;
  source: string | null;
}

interface OptionForm {
  /** What its value is called; "" when it has none. */
  readonly value: string;
  set(options: TracerouteOptions, value: string): boolean;
}

const text =
  (put: (options: TracerouteOptions, value: string) => void) =>
  (options: TracerouteOptions, value: string): boolean => {
    put(options, value);
    return true;
  };

const integer =
  (put: (options: TracerouteOptions, value: number) => void) =>
  (options: TracerouteOptions, value: string): boolean => {
    if (!/^(\d+|0x[0-9a-f]+)$/i.test(value)) return false;
    put(options, Number(value));
    return true;
  };

const isNumber = (value: string): boolean => /^(\d+\.?\d*|\.\d+)$/.test(value);

function waits(options: TracerouteOptions, value: string): boolean {
  const [max = "", here, near, ...more] = value.split(",");
  if (more.length > 0 || ![max, here ?? "0", near ?? "0"].every(isNumber)) return false;
  options.wait = Number(max);
  if (here !== undefined) options.here = Number(here);
  if (near !== undefined) options.near = Number(near);
  return true;
}

function sendWait(options: TracerouteOptions, value: string): boolean {
  if (!isNumber(value)) return false;
  const typed = Number(value);
  options.sendWait = typed >= 10 ? typed / 1000 : typed;
  return true;
}

const method =
  (name: Method) =>
  (options: TracerouteOptions): boolean => {
    options.method = name;
    return true;
  };

const MODULES: readonly Method[] = ["default", "udp", "icmp", "tcp"];

function moduleNamed(options: TracerouteOptions, value: string): boolean {
  const found = MODULES.find((name) => name === value);
  if (found === undefined) throw fail(`Unknown traceroute module ${value}`);
  options.method = found;
  return true;
}

const plain = (set: (options: TracerouteOptions) => unknown): OptionForm => ({
  value: "",
  set: (options) => {
    set(options);
    return true;
  },
});

const leftOut = (name: string): OptionForm => ({
  value: "",
  set: () => {
    throw fail(`${name} is left out of lvsim`);
  },
});

const FORMS: ReadonlyMap<string, OptionForm> = new Map<string, OptionForm>([
  ["-4", plain(() => {})],
  ["-6", plain((options) => (options.six = true))],
  ["-d", plain(() => {})],
  ["-F", plain((options) => (options.dontFragment = true))],
  ["-f", { value: "first_ttl", set: integer((options, value) => (options.firstHop = value)) }],
  ["-g", leftOut("-g")],
  ["-I", plain(method("icmp"))],
  ["-T", plain(method("tcp"))],
  ["-U", plain(method("udp"))],
  ["-UL", leftOut("-UL")],
  ["-D", leftOut("-D")],
  ["-P", leftOut("-P")],
  ["-A", leftOut("-A")],
  ["-e", plain(() => {})],
  ["-n", plain((options) => (options.numeric = true))],
  ["-r", plain(() => {})],
  ["-i", { value: "device", set: text((options, value) => (options.device = value)) }],
  ["-m", { value: "max_ttl", set: integer((options, value) => (options.maxHops = value)) }],
  ["-N", { value: "squeries", set: integer((options, value) => (options.simultaneous = value)) }],
  ["-p", { value: "port", set: integer((options, value) => (options.port = value)) }],
  ["-t", { value: "tos", set: integer((options, value) => (options.tos = value)) }],
  ["-l", { value: "flow_label", set: integer(() => {}) }],
  ["-w", { value: "MAX,HERE,NEAR", set: waits }],
  ["-q", { value: "nqueries", set: integer((options, value) => (options.queries = value)) }],
  ["-s", { value: "src_addr", set: text((options, value) => (options.source = value)) }],
  ["-z", { value: "sendwait", set: sendWait }],
  ["-M", { value: "name", set: moduleNamed }],
  ["-O", { value: "OPTS,...", set: text(() => {}) }],
  ["--sport", { value: "num", set: integer((options, value) => (options.sourcePort = value)) }],
  ["--fwmark", { value: "num", set: integer((options, value) => (options.mark = value | 0)) }],
  ["--mtu", plain((options) => (options.discoversMtu = true))],
  ["--back", plain(() => {})],
]);

const LONG: ReadonlyMap<string, string> = new Map([
  ["--debug", "-d"],
  ["--dont-fragment", "-F"],
  ["--first", "-f"],
  ["--gateway", "-g"],
  ["--icmp", "-I"],
  ["--tcp", "-T"],
  ["--interface", "-i"],
  ["--max-hops", "-m"],
  ["--sim-queries", "-N"],
  ["--port", "-p"],
  ["--tos", "-t"],
  ["--flowlabel", "-l"],
  ["--wait", "-w"],
  ["--queries", "-q"],
  ["--source", "-s"],
  ["--sendwait", "-z"],
  ["--extensions", "-e"],
  ["--as-path-lookups", "-A"],
  ["--module", "-M"],
  ["--options", "-O"],
  ["--udp", "-U"],
  ["--dccp", "-D"],
  ["--protocol", "-P"],
]);

export const fail = (what: string): CommandFailure => new CommandFailure(2, `${what}\n`);

const PACKET_MAX = 65_000;

export function readTracerouteOptions(argv: readonly string[]): TracerouteOptions {
  const options = defaults();
  const operands: { readonly word: string; readonly at: number }[] = [];
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] as string;
    if (!word.startsWith("-") || word === "-") operands.push({ word, at });
    else if (word === "-V" || word === "--version") throw new CommandFailure(0, TRACEROUTE_VERSION);
    else if (word === "--help") throw new CommandFailure(0, TRACEROUTE_USAGE);
    else at = takeOption(options, argv, at);
  }
  if (argv.length === 1) throw new CommandFailure(0, TRACEROUTE_USAGE);
  takeOperands(options, operands);
  check(options);
  return options;
}

const defaults = (): TracerouteOptions => ({
  host: "",
  length: 0,
  method: "default",
  firstHop: 1,
  maxHops: 30,
  queries: 3,
  simultaneous: 16,
  port: 0,
  sourcePort: 0,
  tos: 0,
  mark: 0,
  wait: 5,
  here: 3,
  near: 10,
  sendWait: 0,
  numeric: false,
  six: false,
  dontFragment: false,
  discoversMtu: false,
  device: null,
  source: null,
});

/** Takes the option at `at`, which may be a bundle, with its value; the index of the last word that was used. */
function takeOption(options: TracerouteOptions, argv: readonly string[], at: number): number {
  const word = argv[at] as string;
  const equals = word.startsWith("--") ? word.indexOf("=") : -1;
  const typed = equals < 0 ? word : word.slice(0, equals);
  const name = LONG.get(typed) ?? typed;
  const form = FORMS.get(name);
  if (form !== undefined) {
    const glued = equals < 0 ? null : word.slice(equals + 1);
    return takeValue(options, form, typed, glued, argv, at);
  }
  if (word.startsWith("--")) throw fail(`Bad option \`${typed}' (argc ${at})`);
  for (let i = 1; i < word.length; i++) {
    const letter = `-${word[i]}`;
    const short = FORMS.get(letter);
    if (short === undefined) throw fail(`Bad option \`${letter}' (argc ${at})`);
    const rest = word.slice(i + 1);
    if (short.value !== "")
      return takeValue(options, short, letter, rest === "" ? null : rest, argv, at);
    short.set(options, "");
  }
  return at;
}

function takeValue(
  options: TracerouteOptions,
  form: OptionForm,
  typed: string,
  glued: string | null,
  argv: readonly string[],
  at: number,
): number {
  if (form.value === "") {
    form.set(options, "");
    return at;
  }
  const last = glued === null ? at + 1 : at;
  const value = glued ?? argv[last];
  if (value === undefined)
    throw fail(
      `Option \`${typed}' (argc ${at}) requires an argument: \`${typed}${typed.startsWith("--") ? "=" : " "}${form.value}'`,
    );
  if (!form.set(options, value))
    throw fail(`Cannot handle \`${typed}' option with arg \`${value}' (argc ${last})`);
  return last;
}

function takeOperands(
  options: TracerouteOptions,
  operands: readonly { readonly word: string; readonly at: number }[],
): void {
  const [host, length, extra] = operands;
  if (host === undefined) throw fail('Specify "host" missing argument.');
  options.host = host.word;
  if (length !== undefined) {
    if (!/^\d+$/.test(length.word))
      throw fail(
        `Cannot handle "packetlen" cmdline arg \`${length.word}' on position 2 (argc ${length.at})`,
      );
    options.length = Number(length.word);
  }
  if (extra !== undefined) throw fail(`Extra arg \`${extra.word}' (position 3, argc ${extra.at})`);
}

function check(options: TracerouteOptions): void {
  const { firstHop, length, maxHops, queries } = options;
  if (firstHop < 1 || firstHop > maxHops) throw fail("first hop out of range");
  if (maxHops > 255) throw fail("max hops cannot be more than 255");
  if (queries < 1 || queries > 10) throw fail("no more than 10 probes per hop");
  if (length > PACKET_MAX) throw fail(`too big packetlen ${length} specified`);
  if (options.simultaneous < 1) options.simultaneous = 1;
  if (options.discoversMtu || options.sourcePort > 0) options.simultaneous = 1;
  if (options.discoversMtu) {
    options.dontFragment = true;
    options.length = PACKET_MAX;
  }
}
