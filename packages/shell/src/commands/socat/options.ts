/** socat's command line: options, and addresses of the form `TYPE:word:word,option,option=value`. */
import { CommandFailure } from "../../options/failure.ts";

/** An address as it was typed, taken apart. */
export interface Address {
  /** In capitals; `-` is STDIO. */
  readonly type: string;
  readonly words: readonly string[];
  readonly options: ReadonlyMap<string, string>;
}

export interface SocatOptions {
  /** Notices are said from 2 on. */
  readonly verbosity: number;
  readonly directions: "both" | "forward" | "backward";
  /** Seconds: patience with one side after the other has ended, and with silence (0: without end). */
  readonly closing: number;
  readonly idle: number;
  readonly addresses: readonly [Address, Address];
}

/** What stands behind `E` in the message. */
export class SocatFailure extends CommandFailure {
  constructor(text: string) {
    super(1, text);
  }
}

/** How many words an address has, and which options it takes; others are unknown. */
const TYPES: ReadonlyMap<string, readonly [words: number, options: readonly string[]]> = new Map([
  ["STDIO", [0, []]],
  ["STDIN", [0, []]],
  ["STDOUT", [0, []]],
  ["STDERR", [0, []]],
  ["TCP", [2, ["bind", "sourceport", "sp", "connect-timeout"]]],
  ["TCP-LISTEN", [1, ["fork", "reuseaddr", "bind", "backlog"]]],
  ["UDP", [2, ["bind", "sourceport", "sp"]]],
  ["UDP-LISTEN", [1, ["fork", "reuseaddr", "bind"]]],
  ["EXEC", [1, ["stderr"]]],
  ["SYSTEM", [1, ["stderr"]]],
  ["OPEN", [1, ["creat", "create", "append", "trunc", "excl", "rdonly", "wronly"]]],
  ["CREATE", [1, ["append", "excl"]]],
]);

/** Other names of the same. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["-", "STDIO"],
  ["TCP4", "TCP"],
  ["TCP-CONNECT", "TCP"],
  ["TCP4-CONNECT", "TCP"],
  ["TCP4-LISTEN", "TCP-LISTEN"],
  ["TCP-L", "TCP-LISTEN"],
  ["UDP4", "UDP"],
  ["UDP-CONNECT", "UDP"],
  ["UDP4-CONNECT", "UDP"],
  ["UDP4-LISTEN", "UDP-LISTEN"],
  ["UDP-L", "UDP-LISTEN"],
  ["FILE", "OPEN"],
  ["GOPEN", "OPEN"],
  ["CREAT", "CREATE"],
]);

function readAddress(text: string): Address {
  const [head = "", ...rest] = text.split(",");
  // a command may have commas and colons of its own
  const colon = head.indexOf(":");
  const name = (colon < 0 ? head : head.slice(0, colon)).toUpperCase();
  const type = ALIASES.get(name) ?? name;
  const known = TYPES.get(type);
  if (known === undefined) throw new SocatFailure(`unknown device/address "${name}"`);
  const isCommand = type === "EXEC" || type === "SYSTEM";
  const words =
    colon < 0 ? [] : isCommand ? [head.slice(colon + 1)] : head.slice(colon + 1).split(":");
  const [count, allowed] = known;
  if (words.length !== count)
    throw new SocatFailure(
      `${name}: wrong number of parameters (${words.length} instead of ${count})`,
    );
  const options = new Map<string, string>();
  for (const option of rest) {
    const at = option.indexOf("=");
    const key = at < 0 ? option : option.slice(0, at);
    if (!allowed.includes(key))
      throw new SocatFailure(`parseopts_table(): unknown option "${key}"`);
    options.set(key, at < 0 ? "" : option.slice(at + 1));
  }
  return { type, words, options };
}

function secondsOf(letter: string, word: string | undefined): number {
  const value = Number(word);
  if (word === undefined || word === "" || !Number.isFinite(value) || value < 0)
    throw new SocatFailure(`parseopts(): missing numerical value of option "-${letter}"`);
  return value;
}

/** What `socat` is told; "version" and "help" end it at once. */
export function readSocatOptions(argv: readonly string[]): SocatOptions | "version" | "help" {
  let verbosity = 0;
  let closing = 0.5;
  let idle = 0;
  let directions: SocatOptions["directions"] = "both";
  let at = 1;
  for (let word = argv[at]; word !== undefined && /^-./.test(word); word = argv[++at]) {
    const letter = word.slice(1, 2);
    if (word === "-V") return "version";
    if (word === "-h" || word === "-?") return "help";
    if (/^-d+$/.test(word)) verbosity += word.length - 1;
    else if (letter === "t" || letter === "T") {
      const given = secondsOf(letter, word.length > 2 ? word.slice(2) : argv[++at]);
      if (letter === "t") closing = given;
      else idle = given;
    } else if (word === "-u" || word === "-U") {
      const wanted = word === "-u" ? "forward" : "backward";
      if (directions !== "both" && directions !== wanted)
        throw new SocatFailure("-U and -u must not be combined");
      directions = wanted;
    } else throw new SocatFailure(`unknown option "${word}"; use option "-h" for help`);
  }
  const [first, second, ...more] = argv.slice(at);
  if (first === undefined || second === undefined || more.length > 0)
    throw new SocatFailure(
      `exactly 2 addresses required (there are ${argv.length - at}); use option "-h" for help`,
    );
  const addresses = [readAddress(first), readAddress(second)] as const;
  return { verbosity, directions, closing, idle, addresses };
}
