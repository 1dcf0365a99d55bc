/**
 * What needs connection tracking: the conntrack, state and connmark matches, and the NAT targets.
 * Of conntrack's options only those are read that people use with LVS.
 */
import type { OptionValues } from "@lvsim/core";
import { formatIpv4Address, parseIpv4Address } from "@lvsim/core";
import { parseNumber } from "../numbers.ts";
import { usage } from "../problem.ts";
import {
  type Extension,
  type ExtensionOption,
  optionValue,
  type ReadContext,
} from "./extension.ts";
import { markText, readMarkAndMask, readWords } from "./values.ts";

/** In the order in which they are printed. */
const STATES = ["INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED"];
const CONNTRACK_STATES = [...STATES, "SNAT", "DNAT"];

const sign = (inverted: boolean): string => (inverted ? " !" : "");

export const conntrack: Extension = {
  name: "conntrack",
  options: [
    {
      name: "ctstate",
      words: 1,
      invertible: true,
      read: (text) => readWords(text, CONNTRACK_STATES, (word) => usage(`Bad ctstate "${word}"`)),
    },
  ],
  finish: (values) =>
    Object.keys(values).length === 0 ? usage("conntrack: At least one option is required") : values,
  print(values) {
    const value = optionValue(values, "ctstate");
    return value === undefined ? "" : `${sign(value.inverted)} ctstate ${value.text}`;
  },
};

export const state: Extension = {
  name: "state",
  options: [
    {
      name: "state",
      words: 1,
      invertible: true,
      mandatory: true,
      read: (text) => readWords(text, STATES, (word) => usage(`Bad state "${word}"`)),
    },
  ],
  print(values) {
    const value = optionValue(values, "state");
    return value === undefined ? "" : `${sign(value.inverted)} state ${value.text}`;
  },
};

export const connmark: Extension = {
  name: "connmark",
  options: [
    {
      name: "mark",
      words: 1,
      invertible: true,
      mandatory: true,
      read: (text) => markText(...readMarkAndMask("connmark", "mark", text)),
    },
  ],
  print(values) {
    const value = optionValue(values, "mark");
    return ` connmark match ${value?.inverted === true ? "!" : ""} ${value?.text}`;
  },
};

const PORT_PROTOCOLS: ReadonlySet<number> = new Set([6, 17, 33, 132]);

function needPorts({ protocol, protocolInverted }: ReadContext): void {
  if (protocolInverted || !PORT_PROTOCOLS.has(protocol))
    usage("Need TCP, UDP, SCTP or DCCP with port specification");
}

/** `a` or `a-b`. */
function readPortRange(text: string, context: ReadContext): string {
  needPorts(context);
  for (const part of text.split("-"))
    if (parseNumber(part, 0, 0xffff) === undefined) usage(`Port \`${part}' not valid`);
  return text;
}

/** `address[-address][:port[-port]]`. */
function readNatRange(text: string, context: ReadContext): string {
  const colon = text.indexOf(":");
  const addresses = colon < 0 ? text : text.slice(0, colon);
  if (colon >= 0) needPorts(context);
  for (const address of addresses === "" ? [] : addresses.split("-"))
    if (parseIpv4Address(address) === undefined) usage(`Bad IP address "${address}"`);
  if (colon >= 0) readPortRange(text.slice(colon + 1), context);
  return text;
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
