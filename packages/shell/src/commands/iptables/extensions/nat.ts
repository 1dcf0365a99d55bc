/** The targets of the nat table: libxt_NAT (SNAT, DNAT, REDIRECT, NETMAP) and libxt_MASQUERADE. */
import {
  formatIpv4Address,
  formatMask,
  type Ipv4Address,
  type OptionValues,
  parseIpv4Address,
  prefixMask,
} from "@lvsim/core";
import { parseNumber } from "../numbers.ts";
import { usage } from "../problem.ts";
import type { Extension, ExtensionOption, ReadContext } from "./extension.ts";

const PORT_MAX = 0xffff;
const PORT_PROTOCOLS: ReadonlySet<number> = new Set([6, 17, 33, 132]);

function needPorts({ protocol, protocolInverted }: ReadContext): void {
  if (protocolInverted || !PORT_PROTOCOLS.has(protocol))
    usage("Need TCP, UDP, SCTP or DCCP with port specification");
}

function readPort(text: string, { names, protocol }: ReadContext): number {
  const port =
    parseNumber(text, 0, PORT_MAX) ?? names.servicePort(text, protocol === 17 ? "udp" : "tcp");
  return port ?? usage(`Port \`${text}' not valid`);
}

/** `a` or `a-b`; for DNAT also `a-b/base`. */
function readPortRange(text: string, context: ReadContext): string {
  needPorts(context);
  const [range = "", base] = text.split("/");
  const [first = "", last] = range.split("-");
  const from = readPort(first, context);
  let words = String(from);
  if (last !== undefined) {
    const to = readPort(last, context);
    if (to < from) usage(`Port range \`${last}' funky`);
    if (to !== from) words += `-${to}`;
  }
  return base === undefined ? words : `${words}/${readPort(base, context)}`;
}

/** `address[-address][:port[-port]]`. */
function readNatRange(text: string, context: ReadContext): string {
  const colon = text.indexOf(":");
  const addresses = colon < 0 ? text : text.slice(0, colon);
  if (colon >= 0) needPorts(context);
  for (const address of addresses === "" ? [] : addresses.split("-"))
    if (parseIpv4Address(address) === undefined) usage(`Bad IP address "${address}"`);
  if (colon < 0) return addresses;
  return `${addresses}:${readPortRange(text.slice(colon + 1), context)}`;
}

/** A network; a mask that is no prefix counts as that of one host. */
function readNetwork(text: string): string {
  const slash = text.indexOf("/");
  const host = slash < 0 ? text : text.slice(0, slash);
  const address = parseIpv4Address(host) ?? usage(`host/network \`${host}' not found`);
  const mask = slash < 0 ? prefixMask(32) : readMask(text.slice(slash + 1));
  return `${formatIpv4Address((address & mask) as Ipv4Address)}/${formatMask(mask)}`;
}

function readMask(text: string): Ipv4Address {
  const mask = text.includes(".")
    ? parseIpv4Address(text)
    : prefixMask(parseNumber(text, 0, 32) ?? 32);
  return mask === undefined || formatMask(mask).includes(".") ? prefixMask(32) : mask;
}

const flagWords = (values: OptionValues): string =>
  ["random", "random-fully", "persistent"]
    .filter((name) => values[name] !== undefined)
    .map((name) => ` ${name}`)
    .join("");

const flags = (...names: string[]): ExtensionOption[] => names.map((name) => ({ name, words: 0 }));

const toPorts: ExtensionOption = { name: "to-ports", words: 1, read: readPortRange };

const toAddress = (name: string): ExtensionOption => ({
  name,
  words: 1,
  mandatory: true,
  read: readNatRange,
});

export const masquerade: Extension = {
  name: "MASQUERADE",
  options: [toPorts, ...flags("random", "random-fully")],
  print(values) {
    const ports = values["to-ports"];
    return (ports === undefined ? "" : ` masq ports: ${ports}`) + flagWords(values);
  },
};

export const redirect: Extension = {
  name: "REDIRECT",
  options: [toPorts, ...flags("random")],
  print(values) {
    const ports = values["to-ports"];
    return (ports === undefined ? "" : ` redir ports ${ports}`) + flagWords(values);
  },
};

export const snat: Extension = {
  name: "SNAT",
  options: [toAddress("to-source"), ...flags("random", "random-fully", "persistent")],
  print: (values) => ` to:${values["to-source"]}${flagWords(values)}`,
};

export const dnat: Extension = {
  name: "DNAT",
  options: [toAddress("to-destination"), ...flags("random", "persistent")],
  print: (values) => ` to:${values["to-destination"]}${flagWords(values)}`,
};

export const netmap: Extension = {
  name: "NETMAP",
  options: [{ name: "to", words: 1, mandatory: true, read: readNetwork }],
  print: (values) => ` to:${values.to}`,
};
