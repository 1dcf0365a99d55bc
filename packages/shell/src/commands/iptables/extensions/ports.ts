/** libxt_tcp, libxt_udp and libxt_multiport. */
import { IpProtocol, type OptionValues } from "@lvsim/core";
import type { Names, PortProtocol } from "../names.ts";
import { parseNumber } from "../numbers.ts";
import { usage } from "../problem.ts";
import {
  type Extension,
  type ExtensionOption,
  optionValue,
  type PrintStyle,
  type ReadContext,
} from "./extension.ts";

const PORT_MAX = 0xffff;
const EVERY_PORT = `0:${PORT_MAX}`;

const protocolName = (protocol: number): PortProtocol =>
  protocol === IpProtocol.udp ? "udp" : "tcp";

function readPort(text: string, context: ReadContext): number {
  const port =
    parseNumber(text, 0, PORT_MAX) ??
    context.names.servicePort(text, protocolName(context.protocol));
  return port ?? usage(`invalid port/service \`${text}' specified`);
}

/** `a`, `a:b`, `:b` or `a:`. */
function readPortRange(text: string, context: ReadContext): string {
  const colon = text.indexOf(":");
  if (colon < 0) return String(readPort(text, context));
  const [first, last] = [text.slice(0, colon), text.slice(colon + 1)];
  const from = first === "" ? 0 : readPort(first, context);
  const to = last === "" ? PORT_MAX : readPort(last, context);
  if (from > to) usage("invalid portrange (min > max)");
  return from === to ? String(from) : `${from}:${to}`;
}

const portText = (port: string, protocol: PortProtocol, { numeric, names }: PrintStyle): string =>
  (numeric ? undefined : names.serviceName(Number(port), protocol)) ?? port;

/** ` dpt:80`, ` dpts:22:25`, ` spt:!53`. */
function printPorts(
  word: string,
  values: OptionValues,
  key: string,
  protocol: PortProtocol,
  style: PrintStyle,
): string {
  const value = optionValue(values, key);
  if (value === undefined) return "";
  const [from = "", to] = value.text.split(":");
  const sign = value.inverted ? "!" : "";
  const first = portText(from, protocol, style);
  if (to === undefined) return ` ${word}:${sign}${first}`;
  return ` ${word}s:${sign}${first}:${portText(to, protocol, style)}`;
}

/** A range that excludes nothing is not kept. */
function withoutEveryPort(values: OptionValues): OptionValues {
  const kept: Record<string, string> = {};
  for (const key of Object.keys(values))
    if (values[key] !== EVERY_PORT || key.startsWith("! ")) kept[key] = values[key] as string;
  return kept;
}

const FLAG_NAMES = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"] as const;

function readFlags(text: string): string {
  let bits = 0;
  for (const word of text.split(",")) {
    const name = word.toUpperCase();
    const index = (FLAG_NAMES as readonly string[]).indexOf(name);
    if (name === "ALL") bits = 63;
    else if (index >= 0) bits |= 1 << index;
    else if (name !== "NONE") usage(`Unknown TCP flag \`${word}'`);
  }
  return bits === 0 ? "NONE" : FLAG_NAMES.filter((_, index) => (bits >> index) & 1).join(",");
}

const flagBits = (text: string): string => {
  let bits = 0;
  for (const word of text.split(",")) {
    const index = (FLAG_NAMES as readonly string[]).indexOf(word);
    if (index >= 0) bits |= 1 << index;
  }
  return `0x${bits.toString(16).toUpperCase().padStart(2, "0")}`;
};

function printFlags(values: OptionValues, numeric: boolean): string {
  const value = optionValue(values, "tcp-flags");
  if (value === undefined) return "";
  const [mask = "", wanted = ""] = value.text.split(" ");
  const words = numeric ? `${flagBits(mask)}/${flagBits(wanted)}` : `${mask}/${wanted}`;
  return ` flags:${value.inverted ? "!" : ""}${words}`;
}

function printTcpOption(values: OptionValues): string {
  const value = optionValue(values, "tcp-option");
  return value === undefined ? "" : ` option=${value.inverted ? "!" : ""}${value.text}`;
}

const SYN_ONLY = "FIN,SYN,RST,ACK SYN";
const FLAGS_AGAIN = "Only one of `--syn' or `--tcp-flags'  allowed";

export const tcp: Extension = {
  name: "tcp",
  options: [
    {
      name: "source-port",
      aliases: ["sport"],
      key: "sport",
      words: 1,
      invertible: true,
      again: "Only one `--source-port' allowed",
      read: readPortRange,
    },
    {
      name: "destination-port",
      aliases: ["dport"],
      key: "dport",
      words: 1,
      invertible: true,
      again: "Only one `--destination-port' allowed",
      read: readPortRange,
    },
    {
      name: "tcp-option",
      words: 1,
      invertible: true,
      again: "Only one `--tcp-option' allowed",
      read: (value) => String(parseNumber(value, 1, 255) ?? usage(`Bad TCP option "${value}"`)),
    },
    {
      name: "tcp-flags",
      words: 2,
      invertible: true,
      again: FLAGS_AGAIN,
      incomplete: "--tcp-flags requires two args.",
      read: (mask, _context, wanted) => `${readFlags(mask)} ${readFlags(wanted)}`,
    },
    {
      name: "syn",
      key: "tcp-flags",
      words: 0,
      invertible: true,
      again: FLAGS_AGAIN,
      read: () => SYN_ONLY,
    },
  ],
  finish: withoutEveryPort,
  print: (values, style) =>
    ` tcp${printPorts("spt", values, "sport", "tcp", style)}` +
    printPorts("dpt", values, "dport", "tcp", style) +
    printTcpOption(values) +
    printFlags(values, style.numeric),
};

/** As getaddrinfo(3) takes a service: decimal, cut to 16 bits, or a name. */
export function readService(text: string, names: Names): number {
  const port = /^\d+$/.test(text) ? Number(text) & PORT_MAX : names.servicePort(text, "udp");
  // the protocol is not told, so that a name of the other one does too
  return (
    port ??
    names.servicePort(text, "tcp") ??
    usage(`Port "${text}" does not resolve to anything.\n`)
  );
}

/** `a`, `a:b`, `:b` or `a:`, not necessarily in order. */
const readUdpRange =
  (option: string) =>
  (text: string, context: ReadContext): string => {
    const parts = text.split(":");
    const [first = "", last = first] = parts;
    const from = first === "" ? 0 : readService(first, context.names);
    const to = last === "" && parts.length > 1 ? PORT_MAX : readService(last, context.names);
    if (parts.length > 2) usage(`udp: Too many components for option "--${option}" (max: 2)\n`);
    return from === to ? String(from) : `${from}:${to}`;
  };

const udpPort = (name: string, alias: string): ExtensionOption => ({
  name,
  aliases: [alias],
  key: alias,
  words: 1,
  invertible: true,
  read: readUdpRange(name),
});

export const udp: Extension = {
  name: "udp",
  options: [udpPort("source-port", "sport"), udpPort("destination-port", "dport")],
  finish: withoutEveryPort,
  print: (values, style) =>
    ` udp${printPorts("spt", values, "sport", "udp", style)}` +
    printPorts("dpt", values, "dport", "udp", style),
};

const MULTIPORT_PROTOCOLS: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);
const MULTIPORT_MAX = 15;

function readPortList(text: string, context: ReadContext): string {
  if (
    context.protocolInverted ||
    (context.protocol !== 0 && !MULTIPORT_PROTOCOLS.has(context.protocol))
  )
    usage("multiport only works with TCP, UDP, UDPLITE, SCTP and DCCP");
  if (context.protocol === 0)
    usage("multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'");
  let count = 0;
  const ranges = text.split(",").map((part) => {
    const [first = "", last] = part.split(":");
    count += last === undefined ? 1 : 2;
    if (count > MULTIPORT_MAX) usage("too many ports specified");
    const from = readPort(first, context);
    if (last === undefined) return String(from);
    const to = readPort(last, context);
    if (from >= to) usage("invalid portrange specified");
    return `${from}:${to}`;
  });
  return ranges.join(",");
}

const portList = (
  name: string,
  key: string,
  aliases: string[],
  excludes: string[],
): ExtensionOption => ({
  name,
  aliases,
  key,
  words: 1,
  invertible: true,
  excludes,
  read: readPortList,
});

export const multiport: Extension = {
  name: "multiport",
  options: [
    portList("source-ports", "sports", ["sports"], ["destination-ports", "ports"]),
    portList("destination-ports", "dports", ["dports"], ["source-ports", "ports"]),
    portList("ports", "ports", [], ["source-ports", "destination-ports"]),
  ],
  finish: (values) =>
    Object.keys(values).length === 0 ? usage("multiport expection an option") : values,
  print(values, style, rule) {
    const protocol = protocolName(rule.protocol);
    for (const key of ["sports", "dports", "ports"]) {
      const value = optionValue(values, key);
      if (value === undefined) continue;
      const ports = value.text.split(",").map((range) =>
        range
          .split(":")
          .map((port) => portText(port, protocol, style))
          .join(":"),
      );
      return ` multiport ${key} ${value.inverted ? " !" : ""}${ports.join(",")}`;
    }
    return "";
  },
};
