/** Matches on a packet's connection: libxt_conntrack, which is `-m state` too, and libxt_connmark. */
import { formatIpv4Address, type OptionValues } from "@lvsim/core";
import { ANY, parseAddresses } from "../address.ts";
import { formatMaskWord } from "../mask-word.ts";
import { parseNumber, UINT32_MAX } from "../numbers.ts";
import { usage } from "../problem.ts";
import { parseProtocol } from "../protocol.ts";
import {
  type Extension,
  type ExtensionOption,
  optionValue,
  type ReadContext,
} from "./extension.ts";
import { markText, readMarkAndMask, readRange, readWords } from "./values.ts";

/** In the order in which they are printed. */
const STATES = ["INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED"];
const CONNTRACK_STATES = [...STATES, "SNAT", "DNAT"];
const STATUSES = ["EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED"];
const PORT_MAX = 0xffff;

const sign = (inverted: boolean): string => (inverted ? " !" : "");

function readAddress(text: string, { names }: ReadContext): string {
  const [spec] = parseAddresses(text, names);
  const { address, mask } = spec ?? ANY;
  return `${formatIpv4Address(address)}${formatMaskWord(mask)}`;
}

/** NONE stands for no bit, and for nothing beside others. */
function readStatuses(text: string): string {
  const given = text
    .toUpperCase()
    .split(",")
    .filter((word) => word !== "NONE");
  if (given.length === 0) return "NONE";
  return readWords(given.join(","), STATUSES, (word) =>
    usage(`Bad ctstatus "${text.split(",").find((part) => part.toUpperCase() === word) ?? word}"`),
  );
}

function readPort(text: string, { names, protocol }: ReadContext): number {
  const named = names.servicePort(text, protocol === 17 ? "udp" : "tcp");
  return (
    parseNumber(text, 0, PORT_MAX) ??
    named ??
    usage(`Port "${text}" does not resolve to anything.\n`)
  );
}

function readPorts(text: string, context: ReadContext): string {
  const [first = "", last] = text.split(":");
  const from = readPort(first, context);
  if (last === undefined) return String(from);
  const to = readPort(last, context);
  return from === to ? String(from) : `${from}:${to}`;
}

function readDirection(text: string): string {
  const word = text.toUpperCase();
  if (word === "ORIGINAL" || word === "REPLY") return word;
  return usage(`conntrack: Bad value for "--ctdir" option: "${text}"`);
}

const valued = (name: string, read: ExtensionOption["read"]): ExtensionOption => ({
  name,
  words: 1,
  invertible: true,
  ...(read === undefined ? {} : { read }),
});

const OPTIONS: readonly ExtensionOption[] = [
  valued("ctstate", (text) =>
    readWords(text, CONNTRACK_STATES, (word) => usage(`Bad ctstate "${word}"`)),
  ),
  valued("ctproto", (text) => String(parseProtocol(text))),
  ...["ctorigsrc", "ctorigdst", "ctreplsrc", "ctrepldst"].map((name) => valued(name, readAddress)),
  ...["ctorigsrcport", "ctorigdstport", "ctreplsrcport", "ctrepldstport"].map((name) =>
    valued(name, readPorts),
  ),
  valued("ctstatus", readStatuses),
  valued("ctexpire", readRange("conntrack", "ctexpire", UINT32_MAX)),
  { name: "ctdir", words: 1, read: readDirection },
];

export const conntrack: Extension = {
  name: "conntrack",
  options: OPTIONS,
  finish: (values) =>
    Object.keys(values).length === 0 ? usage("conntrack: At least one option is required") : values,
  print: printAll,
};

function printAll(values: OptionValues): string {
  let text = "";
  for (const { name } of OPTIONS) {
    const value = optionValue(values, name);
    if (value !== undefined) text += `${sign(value.inverted)} ${name} ${value.text}`;
  }
  return text;
}

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
