/** Elements as ipset reads and writes them: `10.0.0.0/8`, `10.0.0.1,tcp:80`, `10.0.0.1-10.0.0.9` … */
import {
  type ElementConfig,
  EMPTY_ELEMENT,
  formatIpv4Address,
  IpProtocol,
  type Ipv4Address,
  PROTOCOL_NAMES,
  prefixMask,
  SET_SHAPES,
  type SetType,
} from "@lvsim/core";
import { icmpPort, icmpText } from "./icmp-names.ts";
import type { Names } from "./names.ts";
import { refuse, syntaxError } from "./problem.ts";
import { readNumber } from "./words.ts";

const PREFIX_MAX = 32;
const PORT_MAX = 0xffff;

/** Addresses from `first` to `last`, or the network of `prefixLength` bits around `first`. */
export interface AddressSpan {
  readonly first: Ipv4Address;
  readonly last: Ipv4Address;
  readonly prefixLength: number;
  readonly form: "host" | "network" | "range";
}

export interface PortSpan {
  readonly protocol: number;
  readonly first: number;
  readonly last: number;
}

/** An element of a command line, which may stand for many. */
export interface ElementSpec {
  readonly address: AddressSpan;
  readonly ports: PortSpan;
  readonly second: AddressSpan;
  readonly set: string;
}

const NO_SPAN: AddressSpan = {
  first: EMPTY_ELEMENT.address,
  last: EMPTY_ELEMENT.address,
  prefixLength: PREFIX_MAX,
  form: "host",
};
const NO_PORTS: PortSpan = { protocol: 0, first: 0, last: 0 };

function readHost(text: string, whole: string, names: Names): Ipv4Address {
  const bare = /^\[.*\]$/.test(text) ? text.slice(1, -1) : text;
  const address = names.hostAddress(bare);
  return address ?? syntaxError(`cannot parse ${whole}: resolving to IPv4 address failed`);
}

/** Where a separator stands inside the text; −1 at its ends. */
function inside(text: string, separator: string): number {
  const at = text.indexOf(separator);
  return at > 0 && at < text.length - 1 ? at : -1;
}

export function readSpan(text: string, names: Names): AddressSpan {
  const slash = inside(text, "/");
  if (slash >= 0) {
    const first = readHost(text.slice(0, slash), text.slice(0, slash), names);
    const prefixLength = readNumber(text.slice(slash + 1), 0, PREFIX_MAX);
    if (prefixLength === PREFIX_MAX) return { first, last: first, prefixLength, form: "host" };
    return { first, last: first, prefixLength, form: "network" };
  }
  const dash = inside(text, "-");
  if (dash < 0) {
    const first = readHost(text, text, names);
    return { ...NO_SPAN, first, last: first };
  }
  const from = readHost(text.slice(0, dash), text.slice(0, dash), names);
  const to = readHost(text.slice(dash + 1), text.slice(dash + 1), names);
  return { ...NO_SPAN, first: from, last: to, form: "range" };
}

function readPort(text: string, protocol: number, names: Names): number {
  const service = protocol === IpProtocol.udp ? "udp" : "tcp";
  const named = names.servicePort(text, service);
  if (named !== undefined) return named;
  const value = /^\d+$/.test(text) ? Number(text) : -1;
  if (value >= 0 && value <= PORT_MAX) return value;
  const first = value < 0 ? "is invalid as number" : `is out of range 0-${PORT_MAX}`;
  const word = PROTOCOL_NAMES.get(protocol) ?? String(protocol);
  return syntaxError(
    `'${text}' ${first}\nSyntax error: '${word}' is invalid as number\ncannot parse '${text}' as a ${word} port`,
  );
}

const PORT_PROTOCOLS: ReadonlySet<number> = new Set([6, 17, 132, 136]);

function readProtocol(text: string): number {
  if (/^\d+$/.test(text) && Number(text) > 0 && Number(text) < 256) return Number(text);
  const wanted = text.toLowerCase();
  for (const [number, name] of PROTOCOL_NAMES) if (name === wanted) return number;
  return syntaxError(`cannot parse '${text}' as a protocol`);
}

function readIcmp(text: string): number {
  const named = icmpPort(text);
  if (named !== undefined) return named;
  const slash = inside(text, "/");
  if (slash < 0) return refuse(`Cannot parse ${text} as an ICMP type/code.`);
  return readNumber(text.slice(0, slash), 0, 255) * 256 + readNumber(text.slice(slash + 1), 0, 255);
}

/** `[protocol:]port[-port]`; TCP without a protocol. */
export function readPorts(text: string, names: Names): PortSpan {
  const colon = inside(text, ":");
  const protocol = colon < 0 ? IpProtocol.tcp : readProtocol(text.slice(0, colon));
  const rest = text.slice(colon + 1);
  if (protocol === IpProtocol.icmp) {
    const port = readIcmp(rest);
    return { protocol, first: port, last: port };
  }
  if (!PORT_PROTOCOLS.has(protocol)) {
    if (rest === "0") return { protocol, first: 0, last: 0 };
    return syntaxError(
      `Protocol ${text.slice(0, colon)} can be used with pseudo port value 0 only.`,
    );
  }
  const dash = inside(rest, "-");
  const first = readPort(dash < 0 ? rest : rest.slice(0, dash), protocol, names);
  const last = dash < 0 ? first : readPort(rest.slice(dash + 1), protocol, names);
  return { protocol, first: Math.min(first, last), last: Math.max(first, last) };
}

function readBitmapPorts(text: string, names: Names): PortSpan {
  const ports = readPorts(text, names);
  if (ports.protocol !== IpProtocol.tcp && ports.protocol !== IpProtocol.udp)
    syntaxError("Only protocols TCP and UDP are valid");
  return ports;
}

const COUNT_WORDS = ["none", "one", "two"] as const;

/** The parts that commas separate, as many as the type has. */
function split(text: string, type: SetType): readonly string[] {
  const { dimension } = SET_SHAPES[type];
  const parts: string[] = [];
  let rest = text;
  while (parts.length < dimension - 1) {
    const at = inside(rest, ",");
    const which = parts.length === 0 ? "Second" : "Third";
    if (at < 0) syntaxError(`${which} element is missing from ${text}.`);
    parts.push(rest.slice(0, at));
    rest = rest.slice(at + 1);
  }
  const more = inside(rest, ",") >= 0;
  if (more && dimension === 1)
    syntaxError(`Elem separator in ${text}, but settype ${type} supports none.`);
  if (more)
    syntaxError(
      `${dimension === 2 ? "Two" : "Three"} elem separators in ${text}, but settype ${type} supports ${COUNT_WORDS[dimension - 1]}.`,
    );
  return [...parts, rest];
}

export function readElement(text: string, type: SetType, names: Names): ElementSpec {
  const none = { address: NO_SPAN, ports: NO_PORTS, second: NO_SPAN, set: "" };
  if (type === "list:set") {
    if (inside(text, ",") >= 0)
      refuse("you must specify elements as setname,[before|after],setname");
    return { ...none, set: text };
  }
  const [first = "", ports, second] = split(text, type);
  if (type === "bitmap:port") return { ...none, ports: readBitmapPorts(first, names) };
  const spec = { ...none, address: readSpan(first, names) };
  if (ports === undefined) return spec;
  const withPorts = { ...spec, ports: readPorts(ports, names) };
  if (second === undefined) return withPorts;
  if (type === "hash:ip,port,ip" && (inside(second, "/") >= 0 || inside(second, "-") >= 0))
    return syntaxError(`plain IP address must be supplied: ${second}`);
  return { ...withPorts, second: readSpan(second, names) };
}

function spanText({ first, last, prefixLength, form }: AddressSpan): string {
  const text = formatIpv4Address(first);
  if (form === "network") return `${text}/${prefixLength}`;
  return form === "range" ? `${text}-${formatIpv4Address(last)}` : text;
}

function portText({ protocol, first, last }: PortSpan, withProtocol: boolean): string {
  const ports = first === last ? String(first) : `${first}-${last}`;
  if (!withProtocol) return ports;
  if (protocol === IpProtocol.icmp) return `icmp:${icmpText(first)}`;
  return `${PROTOCOL_NAMES.get(protocol) ?? protocol}:${ports}`;
}

/** The element as ipset names it in its answers. */
export function specText(spec: ElementSpec, type: SetType): string {
  if (type === "list:set") return spec.set;
  const { hasAddress, hasPort, hasSecondAddress } = SET_SHAPES[type];
  const parts: string[] = [];
  if (hasAddress) parts.push(spanText(spec.address));
  if (hasPort) parts.push(portText(spec.ports, hasAddress));
  if (hasSecondAddress) parts.push(spanText(spec.second));
  return parts.join(",");
}

const networkSpan = (first: Ipv4Address, prefixLength: number): AddressSpan => ({
  first,
  last: first,
  prefixLength,
  form: prefixLength === PREFIX_MAX ? "host" : "network",
});

/** A member as it is listed. */
export const elementText = (element: ElementConfig, type: SetType): string =>
  specText(
    {
      address: networkSpan(element.address, element.prefixLength),
      ports: { protocol: element.protocol, first: element.port, last: element.port },
      second: networkSpan(element.secondAddress, element.secondPrefixLength),
      set: element.set,
    },
    type,
  );

/** The first and last address that the span covers, as unsigned numbers in order. */
export function spanBounds(span: AddressSpan): readonly [number, number] {
  const mask = prefixMask(span.prefixLength);
  if (span.form === "network") return [(span.first & mask) >>> 0, (span.first | ~mask) >>> 0];
  const [a, b] = [span.first >>> 0, span.last >>> 0];
  return [Math.min(a, b), Math.max(a, b)];
}
