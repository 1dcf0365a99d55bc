/**
 * Expressions of `ss`: `sport = :80 and ( dst 10.0.0.0/24 or not dport gt :1024 )`. What follows without a word between
 * is joined by "and". Left out: devices, marks, autobound, cgroups.
 */
import { type Endpoint, inPrefix, parseIpv4Address, type SocketSummary } from "@lvsim/core";
import { portOfService } from "../../network/services.ts";
import { CommandFailure } from "../../options/failure.ts";

export type SocketTest = (socket: SocketSummary) => boolean;

const COMPARISONS: ReadonlyMap<string, (left: number, right: number) => boolean> = new Map<
  string,
  (left: number, right: number) => boolean
>([
  ["=", (a, b) => a === b],
  ["!=", (a, b) => a !== b],
  [">=", (a, b) => a >= b],
  ["<=", (a, b) => a <= b],
  [">", (a, b) => a > b],
  ["<", (a, b) => a < b],
]);

const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ["==", "="],
  ["eq", "="],
  ["ne", "!="],
  ["neq", "!="],
  ["ge", ">="],
  ["geq", ">="],
  ["le", "<="],
  ["leq", "<="],
  ["gt", ">"],
  ["lt", "<"],
]);

/** Nested parentheses and negations. */
const DEPTH_MAX = 100;

/** The test that `words` describe; none: everything passes. */
export function socketFilter(words: readonly string[]): SocketTest {
  const tokens = words
    .join(" ")
    .replace(/([()!<>=]=?)/g, " $1 ")
    .split(/\s+/)
    .filter((token) => token !== "");
  return tokens.length === 0 ? () => true : new Parser(tokens).whole();
}

const syntaxError = (): CommandFailure =>
  new CommandFailure(255, 'ss: bison bellows (while parsing filter): "syntax error!"\n');

class Parser {
  private readonly tokens: readonly string[];
  private at = 0;
  private depth = 0;

  constructor(tokens: readonly string[]) {
    this.tokens = tokens;
  }

  whole(): SocketTest {
    const test = this.either();
    if (this.at < this.tokens.length) throw syntaxError();
    return test;
  }

  private took(...texts: readonly string[]): boolean {
    if (!texts.includes(this.tokens[this.at] ?? "")) return false;
    this.at++;
    return true;
  }

  private either(): SocketTest {
    if (++this.depth > DEPTH_MAX) throw syntaxError();
    let left = this.both();
    while (this.took("or", "|", "||")) {
      const first = left;
      const second = this.both();
      left = (socket) => first(socket) || second(socket);
    }
    this.depth--;
    return left;
  }

  private both(): SocketTest {
    let left = this.single();
    for (;;) {
      const joined = this.took("and", "&", "&&");
      const next = this.tokens[this.at];
      if (
        !joined &&
        (next === undefined || next === ")" || next === "or" || next === "|" || next === "||")
      )
        return left;
      const first = left;
      const second = this.single();
      left = (socket) => first(socket) && second(socket);
    }
  }

  private single(): SocketTest {
    if (this.took("not", "!")) {
      if (++this.depth > DEPTH_MAX) throw syntaxError();
      const inner = this.single();
      this.depth--;
      return (socket) => !inner(socket);
    }
    if (this.took("(")) {
      const inner = this.either();
      if (!this.took(")")) throw syntaxError();
      return inner;
    }
    const word = this.tokens[this.at++];
    if (word === "sport" || word === "dport") return this.port(word);
    if (word === "src" || word === "dst") return this.host(word);
    if (word === undefined) throw syntaxError();
    // a bare address is the peer's
    return hostTest("dst", word, (a, b) => a === b);
  }

  private comparison(): (left: number, right: number) => boolean {
    const typed = this.tokens[this.at] ?? "";
    const known = COMPARISONS.get(SYNONYMS.get(typed) ?? typed);
    if (known !== undefined) this.at++;
    return known ?? ((a, b) => a === b);
  }

  private port(side: "sport" | "dport"): SocketTest {
    const compare = this.comparison();
    const typed = this.tokens[this.at++];
    if (typed === undefined) throw syntaxError();
    const port = portNumber(typed.replace(/^.*:/, ""));
    const end = side === "sport" ? "local" : "remote";
    return (socket) => compare(socket[end].port, port);
  }

  private host(side: "src" | "dst"): SocketTest {
    const compare = this.comparison();
    const typed = this.tokens[this.at++];
    if (typed === undefined) throw syntaxError();
    return hostTest(side, typed, compare);
  }
}

function portNumber(text: string): number {
  const port = /^\d+$/.test(text)
    ? Number(text)
    : (portOfService(text, "tcp") ?? portOfService(text, "udp"));
  if (port !== undefined && port <= 65_535) return port;
  throw new CommandFailure(
    1,
    `Error: "${text}" does not look like a port.\nCannot parse dst/src address.\n`,
  );
}

/** `10.0.0.1`, `10.0.0.0/24`, `10.0.0.1:80`, `:80`, `*:80`. */
function hostTest(
  side: "src" | "dst",
  typed: string,
  compare: (left: number, right: number) => boolean,
): SocketTest {
  const [, host = "", length, port] = /^([^/:]*)(?:\/(\d+))?(?::(.*))?$/.exec(typed) ?? [];
  const address = host === "" || host === "*" ? null : parseIpv4Address(host);
  const bits = length === undefined ? 32 : Number(length);
  if (address === undefined || bits > 32 || (host === "" && port === undefined))
    throw new CommandFailure(
      1,
      `Error: an inet prefix is expected rather than "${host === "" ? typed : host}".\nCannot parse dst/src address.\n`,
    );
  const wanted = port === undefined || port === "*" ? null : portNumber(port);
  const end = side === "src" ? "local" : "remote";
  const matches = (endpoint: Endpoint): boolean =>
    (address === null || inPrefix(endpoint.address, address, bits)) &&
    (wanted === null || endpoint.port === wanted);
  const negated = !compare(0, 0);
  return (socket) => matches(socket[end]) !== negated;
}
