/**
 * The pcap filter language (`pcap-filter(7)`), compiled to a predicate. `and` and `or` have one precedence and join from
 * the left; an identifier without qualifiers takes those before it. Left out: link types other than Ethernet, raw IP and
 * cooked, `protochain`, `gateway`, MPLS, PPPoE, Geneve, and everything of IPv6 but whether a packet is one.
 */

import { parseIpv4Address } from "@lvsim/core";
import type { CapturedPacket } from "../packet.ts";
import {
  field,
  isRelation,
  literal,
  type Numeric,
  operate,
  packetLength,
  relate,
} from "./arithmetic.ts";
import {
  type HostLookup,
  Identifiers,
  maskOf,
  protocolTest,
  type Qualifiers,
} from "./identifiers.ts";
import { DIRECTIONS, isReserved, PROTOCOLS, TYPES } from "./keywords.ts";
import {
  and,
  type Direction,
  etherBroadcast,
  etherMulticast,
  ipBroadcast,
  ipMulticast,
  not,
  or,
  vlan,
} from "./primitives.ts";
import { FilterProblem, syntaxError, type Token, tokenise } from "./tokens.ts";
import { type LinkLayout, PacketView, type Predicate } from "./view.ts";

const PRECEDENCE: readonly (readonly string[])[] = [
  ["|", "&", "^"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];
/** Nested parentheses, so that nobody's stack is at the mercy of a filter. */
const DEPTH_MAX = 200;

/** Compiles `text`; what is wrong is thrown as a `FilterProblem`. The empty filter matches everything. */
export function compileFilter(
  text: string,
  layout: LinkLayout,
  lookup: HostLookup,
): (packet: CapturedPacket) => boolean {
  const tokens = tokenise(text);
  if (tokens.length === 0) return () => true;
  const predicate = new Parser(tokens, layout, lookup).whole();
  return (packet) => {
    const view = new PacketView(packet);
    return predicate(view) && !view.overrun;
  };
}

class Parser {
  private readonly tokens: readonly Token[];
  private readonly layout: LinkLayout;
  private readonly identifiers: Identifiers;
  private at = 0;
  private depth = 0;
  /** Of the identifier before; null where one alone means nothing. */
  private inherited: Qualifiers | null = null;

  constructor(tokens: readonly Token[], layout: LinkLayout, lookup: HostLookup) {
    this.tokens = tokens;
    this.layout = layout;
    this.identifiers = new Identifiers(layout, lookup);
  }

  whole(): Predicate {
    const predicate = this.expression();
    if (this.here !== undefined) throw syntaxError();
    return predicate;
  }

  private get here(): Token | undefined {
    return this.tokens[this.at];
  }

  /** Whether the next token is this keyword or symbol; takes it if so. */
  private took(...texts: readonly string[]): boolean {
    const { here } = this;
    if (here === undefined || here.escaped || !texts.includes(here.text)) return false;
    this.at++;
    return true;
  }

  private isHere(list: readonly string[]): boolean {
    const { here } = this;
    return here !== undefined && here.kind === "word" && !here.escaped && list.includes(here.text);
  }

  private expression(): Predicate {
    if (++this.depth > DEPTH_MAX) throw new FilterProblem("parser stack overflow");
    let left = this.term();
    for (;;) {
      if (this.took("and", "&&")) left = and(left, this.term());
      else if (this.took("or", "||")) left = or(left, this.term());
      else break;
    }
    this.depth--;
    return left;
  }

  private term(): Predicate {
    if (this.took("not", "!")) {
      if (++this.depth > DEPTH_MAX) throw new FilterProblem("parser stack overflow");
      const inner = this.term();
      this.depth--;
      return not(inner);
    }
    const relation = this.tryRelation();
    if (relation !== null) return relation;
    if (this.took("(")) {
      const inner = this.expression();
      if (!this.took(")")) throw syntaxError();
      return inner;
    }
    return this.primitive();
  }

  /** A comparison of numbers, or null when there is none here. */
  private tryRelation(): Predicate | null {
    const { here } = this;
    if (here === undefined) throw syntaxError();
    const next = this.tokens[this.at + 1];
    const begins =
      here.kind === "number" ||
      ["(", "-", "len", "length"].includes(here.text) ||
      (here.kind === "word" && next?.text === "[");
    if (!begins) return null;
    const start = this.at;
    const left = this.sum(0);
    const symbol = this.here;
    if (left !== null && symbol !== undefined && isRelation(symbol.text)) {
      this.at++;
      const right = this.sum(0);
      if (right === null) throw syntaxError();
      this.inherited = null;
      return relate(symbol.text, left, right);
    }
    this.at = start;
    return null;
  }

  /** A number by precedence; null when what is here is none. */
  private sum(level: number): Numeric | null {
    const symbols = PRECEDENCE[level];
    if (symbols === undefined) return this.operand();
    let left = this.sum(level + 1);
    while (left !== null && this.here?.kind === "symbol" && symbols.includes(this.here.text)) {
      const { text } = this.here;
      this.at++;
      const right = this.sum(level + 1);
      left = right === null ? null : operate(text, left, right);
    }
    return left;
  }

  private operand(): Numeric | null {
    const { here } = this;
    if (here === undefined) return null;
    this.at++;
    if (here.kind === "number") return literal(here.value);
    if (here.text === "len" || here.text === "length") return packetLength;
    if (here.text === "-" || here.text === "(") {
      if (++this.depth > DEPTH_MAX) throw new FilterProblem("parser stack overflow");
      const inner = here.text === "-" ? this.operand() : this.sum(0);
      this.depth--;
      if (inner === null) return null;
      if (here.text === "-") return operate("-", literal(0), inner);
      return this.took(")") ? inner : null;
    }
    return here.kind === "word" && this.took("[") ? this.field(here.text) : null;
  }

  private field(protocol: string): Numeric {
    const offset = this.sum(0);
    let size = 1;
    if (this.took(":")) {
      const { here } = this;
      if (here?.kind !== "number") throw syntaxError();
      size = here.value;
      this.at++;
    }
    if (offset === null || !this.took("]")) throw syntaxError();
    if (size !== 1 && size !== 2 && size !== 4)
      throw new FilterProblem("data size must be 1, 2, or 4");
    const found = field(this.layout, protocol, offset, size);
    if (found === undefined) {
      if (!PROTOCOLS.includes(protocol)) throw syntaxError();
      throw new FilterProblem("unsupported index operation");
    }
    return found;
  }

  private primitive(): Predicate {
    const special = this.special();
    if (special !== null) return special;
    const protocol = this.isHere(PROTOCOLS) ? (this.here?.text ?? "") : null;
    if (protocol !== null) this.at++;
    const group = protocol === null ? null : this.group(protocol);
    if (group !== null) return group;
    const direction = this.direction();
    const type = this.isHere(TYPES) ? (this.here?.text as Qualifiers["type"]) : null;
    if (type !== null) this.at++;
    if (protocol !== null && direction === null && type === null) {
      this.inherited = null;
      if (protocol === "ether" || protocol === "link") {
        if (this.here !== undefined) throw syntaxError();
        throw new FilterProblem("link layer applied in wrong context");
      }
      const family = protocolTest(this.layout, protocol);
      if (family === undefined) throw syntaxError();
      return family;
    }
    if (protocol === null && direction === null && type === null) {
      if (this.inherited === null) throw syntaxError();
      return this.identifier(this.inherited);
    }
    const qualifiers: Qualifiers = {
      protocol: protocol === "link" ? "ether" : protocol,
      direction: direction ?? "either",
      type: type ?? "host",
    };
    this.inherited = qualifiers;
    return this.took("(") ? this.identifierGroup(qualifiers) : this.identifier(qualifiers);
  }

  /** `src`, `dst`, `src or dst`, `src and dst`, and the other way round. */
  private direction(): Direction | null {
    if (!this.isHere(DIRECTIONS)) return null;
    const first = this.here?.text;
    const second = this.tokens[this.at + 2]?.text ?? "";
    const joint = this.tokens[this.at + 1]?.text ?? "";
    this.at++;
    if (
      second !== first &&
      DIRECTIONS.includes(second) &&
      ["or", "||", "and", "&&"].includes(joint)
    ) {
      this.at += 2;
      return joint === "or" || joint === "||" ? "either" : "both";
    }
    return first === "src" ? "src" : "dst";
  }

  /** `(a or b)` behind qualifiers. */
  private identifierGroup(qualifiers: Qualifiers): Predicate {
    const one = (): Predicate => (this.took("not", "!") ? not(one()) : this.identifier(qualifiers));
    let left = one();
    for (;;) {
      if (this.took("and", "&&")) left = and(left, one());
      else if (this.took("or", "||")) left = or(left, one());
      else break;
    }
    if (!this.took(")")) throw syntaxError();
    return left;
  }

  private identifier(qualifiers: Qualifiers): Predicate {
    const { here } = this;
    if (here === undefined || here.kind === "symbol") throw syntaxError();
    if (here.kind === "word" && !here.escaped && isReserved(here.text)) throw syntaxError();
    this.at++;
    if (here.kind === "address" || here.kind === "number") {
      if (this.took("/")) return this.prefix(qualifiers, here);
      if (this.took("mask")) return this.mask(qualifiers, here);
    }
    return this.identifiers.test(qualifiers, here);
  }

  private prefix(qualifiers: Qualifiers, address: Token): Predicate {
    const { here } = this;
    if (here?.kind !== "number") throw syntaxError();
    this.at++;
    if (here.value > 32) throw new FilterProblem("mask length must be <= 32");
    return this.identifiers.masked(qualifiers, address, maskOf(here.value), `/${here.value}`);
  }

  private mask(qualifiers: Qualifiers, address: Token): Predicate {
    const { here } = this;
    const mask = here?.kind === "address" ? parseIpv4Address(here.text) : undefined;
    if (here === undefined || mask === undefined) throw syntaxError();
    this.at++;
    return this.identifiers.masked(qualifiers, address, mask, ` mask ${here.text}`);
  }

  /** `ip broadcast` and the like: groups of one protocol. */
  private group(protocol: string): Predicate | null {
    const { layout } = this;
    if (this.took("broadcast")) {
      if (protocol === "ip") return ipBroadcast(layout);
      if (protocol === "ether") return etherBroadcast(layout);
      throw new FilterProblem("only link-layer/IP broadcast filters supported");
    }
    if (this.took("multicast")) {
      if (protocol === "ip") return ipMulticast(layout);
      if (protocol === "ether") return etherMulticast(layout);
      throw new FilterProblem("only IP multicast filters supported on ethernet/FDDI");
    }
    return null;
  }

  /** Primitives that stand alone. */
  private special(): Predicate | null {
    const { layout } = this;
    if (this.took("broadcast")) return etherBroadcast(layout);
    if (this.took("multicast")) return etherMulticast(layout);
    if (this.isHere(["inbound", "outbound"])) return this.bound();
    if (this.took("vlan")) {
      const id = this.here?.kind === "number" ? this.here.value : null;
      if (id !== null) this.at++;
      if (id !== null && id > 4095)
        throw new FilterProblem(`VLAN tag ${id} greater than maximum 4095`);
      return vlan(layout, id);
    }
    if (this.isHere(["less", "greater"])) return this.lengthTest();
    if (this.isHere(["gateway"]))
      throw new FilterProblem("'gateway' not supported in this configuration");
    if (this.isHere(["ifname", "on"]))
      throw new FilterProblem("ifname supported only on PF linktype");
    return null;
  }

  private bound(): Predicate {
    const outgoing = this.here?.text === "outbound";
    this.at++;
    if (this.layout.fromFile)
      throw new FilterProblem("inbound/outbound not supported on Ethernet when reading savefiles");
    return (packet) => packet.outgoing === outgoing;
  }

  private lengthTest(): Predicate {
    const isLess = this.here?.text === "less";
    this.at++;
    const { here } = this;
    if (here?.kind !== "number") throw syntaxError();
    this.at++;
    const { value } = here;
    return isLess ? ({ length }) => length <= value : ({ length }) => length >= value;
  }
}
